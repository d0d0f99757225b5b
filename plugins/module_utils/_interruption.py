# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A task that is interrupted (Ctrl-C, SIGTERM, or the process that waits for its result is gone) says what goes on."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import types
import typing as t

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def announced(say: t.Callable[[], None], end: t.Callable[[int], None]) -> t.Iterator[None]:
    """Call ``say`` at the first signal that interrupts the task; then what was to happen happens.

    :param end: called with the signal in place of Python's own reaction to it
    """
    if threading.current_thread() is not threading.main_thread():  # only that one may set handlers
        yield
        return
    before = {int(number): signal.getsignal(number) for number in SIGNALS}
    own = {number: handler for number, handler in before.items() if handler != signal.SIG_IGN}

    def interrupted(number: int, frame: types.FrameType | None) -> None:
        for one, handler in own.items():
            signal.signal(one, handler)
        say()
        handler = own[number]
        if callable(handler) and handler is not signal.default_int_handler:
            handler(number, frame)
        else:
            end(number)

    for number in own:
        signal.signal(number, interrupted)
    try:
        yield
    finally:
        for number, handler in own.items():
            if signal.getsignal(number) is interrupted:
                signal.signal(number, handler)


@contextlib.contextmanager
def ended_with(descriptor: int, events: int) -> t.Iterator[None]:
    """Send this process SIGTERM when something happens to a descriptor: the other end of a pipe is closed.

    :param events: those of ``select.poll`` that count, beside a closed other end
    """
    try:
        os.fstat(descriptor)
        done, wake = os.pipe()
    except OSError:  # there is nothing to watch, or no descriptor is left: the task ends without
        yield
        return
    watcher = threading.Thread(target=_watch, args=(descriptor, events, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        os.close(wake)
        watcher.join()
        os.close(done)


def leave_signals_to_main_thread() -> None:
    """For other threads: Python handles signals in the main thread, which only one of its own wakes."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _watch(descriptor: int, events: int, done: int) -> None:
    leave_signals_to_main_thread()
    watched = select.poll()
    watched.register(descriptor, events)
    watched.register(done, 0)
    happened = dict(watched.poll())
    if done not in happened:
        os.kill(os.getpid(), signal.SIGTERM)


def write_line(descriptor: int, line: str) -> None:
    """Write a line to a descriptor, if somebody reads it."""
    with contextlib.suppress(OSError):
        os.write(descriptor, f"{line}\n".encode())
