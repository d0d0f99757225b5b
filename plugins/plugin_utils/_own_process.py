# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A process for each task, below the controller's worker: Ansible ends the whole playbook if a worker dies.

So a task that crashes, or is killed, fails alone. And nothing of it is left for the next one: the items of a loop, and
retries, share one worker, but not the environment, the directory, memory and connections of a task.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import typing as t

from ansible_collections.mlops.azureml.plugins.module_utils._clock import SystemClock

# Libraries whose loggers name URLs and identities; with ANSIBLE_LOG_PATH the root logger writes them to a file.
TALKATIVE = ("azure", "httpcore", "httpx", "msal", "requests", "urllib3")
# The handlers of the worker are for the worker.
HANDLED = (signal.SIGALRM, signal.SIGINT, signal.SIGTERM)

Send = t.Callable[[str, t.Any], None]
"""Gives the worker a message at once: its kind, and a value that can be pickled."""

_RESULT = "result"


class ProcessDied(Exception):
    """The process ended before its work was done; the text says how."""


class ChildClock(SystemClock):
    """The clock of a task in a process of its own, which ends with the worker for which it waits."""

    def __init__(self) -> None:
        self._worker = os.getppid()

    def sleep(self, seconds: float) -> None:
        if os.getppid() != self._worker:
            os._exit(1)
        super().sleep(seconds)


def in_own_process(work: t.Callable[[Send], str], directory: str, receive: Send) -> str:
    """Do ``work`` in a process that is forked from this one, wait for its end, and return its result.

    :param work: gets a function that sends messages to this process
    :param directory: where it runs, as a module would: relative paths start there
    :param receive: called here with each of these messages, at once
    :raises ProcessDied: it crashed, was killed, or ended by itself

    If this process is interrupted, as by the timeout of a task, the other one is killed.
    """
    # What exists is never garbage here: a full collection would read, and so copy, the whole memory of the controller.
    gc.freeze()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, directory, writing)
    os.close(writing)
    result: str | None = None
    try:
        with os.fdopen(reading, "rb") as stream:
            while result is None and (message := _next(stream)):
                kind, value = message
                if kind == _RESULT:
                    result = value
                else:
                    receive(kind, value)
    except BaseException:  # an interrupt, too: no child outlives its task
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _pid, status = os.waitpid(child, 0)
    if result is None:
        raise ProcessDied(_how(os.waitstatus_to_exitcode(status)))
    return result


def _work(work: t.Callable[[Send], str], directory: str, writing: int) -> t.NoReturn:
    """The whole life of the forked process, which never returns to the code of the worker."""
    try:
        for number in HANDLED:
            signal.signal(number, signal.SIG_DFL)
        for name in TALKATIVE:
            _silence(logging.getLogger(name))
        os.chdir(directory)
        with os.fdopen(writing, "wb") as stream:

            def send(kind: str, value: t.Any) -> None:
                pickle.dump((kind, value), stream)
                stream.flush()

            send(_RESULT, work(send))
        os._exit(0)
    finally:
        os._exit(1)


def _silence(logger: logging.Logger) -> None:
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _next(stream: t.IO[bytes]) -> tuple[str, t.Any] | None:
    """The next message of the process; None if it has ended."""
    try:
        message: tuple[str, t.Any] = pickle.load(stream)  # noqa: S301 - our own process wrote it
    except (EOFError, pickle.UnpicklingError):
        return None
    return message


def _how(code: int) -> str:
    if code >= 0:
        return f"it ended by itself with status {code}"
    names = {number.value: number.name for number in signal.Signals}
    return f"it was ended by {names.get(-code, f'signal {-code}')}"
