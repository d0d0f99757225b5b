# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import threading
import time
import types
from collections.abc import Iterator

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._interruption import announced, ended_with

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Those of before the test."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_goes_on_is_said_before_the_handler_of_before_runs(number: signal.Signals) -> None:
    seen: list[str] = []

    def own(_number: int, _frame: object) -> None:
        seen.append("handler of before")

    signal.signal(number, own)
    with announced(lambda: seen.append("said"), lambda _number: seen.append("ended")):
        os.kill(os.getpid(), number)
        assert seen == ["said", "handler of before"]
        assert signal.getsignal(number) is own
        os.kill(os.getpid(), number)
    assert seen == ["said", "handler of before", "handler of before"], "it is said once"


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.default_int_handler])
def test_the_reaction_of_python_is_replaced(before: types.FunctionType) -> None:
    seen: list[object] = []
    signal.signal(signal.SIGINT, before)
    with announced(lambda: seen.append("said"), seen.append):
        os.kill(os.getpid(), signal.SIGINT)
    assert seen == ["said", signal.SIGINT]


def test_an_ignored_signal_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with announced(lambda: pytest.fail("said"), lambda _number: pytest.fail("ended")):
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def test_other_threads_run_without_it() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen: list[bool] = []

    def run() -> None:
        with announced(lambda: None, lambda _number: None):
            seen.append(signal.getsignal(signal.SIGTERM) == before)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [True]


def test_a_closed_pipe_ends_the_task() -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    reader, writer = os.pipe()
    with ended_with(writer, 0):
        os.close(reader)
        deadline = time.monotonic() + 10
        while not ended.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
    os.close(writer)
    assert ended.is_set()


def test_a_pipe_that_stays_open_ends_nothing() -> None:
    signal.signal(signal.SIGTERM, lambda _number, _frame: pytest.fail("ended"))
    reader, writer = os.pipe()
    threads = threading.active_count()
    with ended_with(writer, 0):
        os.write(writer, b"result")
    assert threading.active_count() == threads
    os.close(reader)
    os.close(writer)


def test_a_descriptor_that_is_closed_is_not_watched() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    with ended_with(writer, 0):
        assert signal.getsignal(signal.SIGTERM) is not None
