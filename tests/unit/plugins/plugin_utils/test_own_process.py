# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each task has a process of its own: whatever happens in it, the worker gets a result or a reason, and goes on."""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.plugin_utils._own_process import ProcessDied, Send, in_own_process

Own = Callable[..., str]


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def own(tmp_path: Path, lines: list[str]) -> Iterator[Own]:
    """Do work in a process of its own; objects of the tests are garbage again afterwards."""
    yield lambda work: in_own_process(work, str(tmp_path), lambda _kind, line: lines.append(line))
    gc.unfreeze()


def test_the_result_comes_back_and_lines_before_it(own: Own, lines: list[str]) -> None:
    def work(send: Send) -> str:
        send("line", "half way")
        send("line", "almost there\nreally")
        return "x" * 3_000_000

    assert own(work) == "x" * 3_000_000
    assert lines == ["half way", "almost there\nreally"]


def test_lines_come_at_once(tmp_path: Path) -> None:
    """The process waits for an answer to its line: it never ends if the line comes only with the result."""
    reading, writing = os.pipe()

    def work(send: Send) -> str:
        send("line", "begun")
        return os.read(reading, 1).decode()

    assert in_own_process(work, str(tmp_path), lambda *_line: os.write(writing, b"x")) == "x"
    gc.unfreeze()


def crash(_send: Send) -> str:
    faulthandler.disable()
    return str(ctypes.string_at(0))


def abort(_send: Send) -> str:
    faulthandler.disable()
    os.abort()


@pytest.mark.parametrize(
    ("work", "how"),
    [
        (crash, "it was ended by SIGSEGV"),
        (lambda _send: os.kill(os.getpid(), signal.SIGKILL), "it was ended by SIGKILL"),
        (abort, "it was ended by SIGABRT"),
        (lambda _send: os._exit(0), "it ended by itself with status 0"),
        (lambda _send: os._exit(3), "it ended by itself with status 3"),
        (lambda _send: 1 / 0, "it ended by itself with status 1"),
        (lambda _send: sys.exit(0), "it ended by itself with status 1"),
    ],
    ids=["segfault", "killed", "aborted", "exit 0", "exit 3", "exception", "SystemExit"],
)
def test_a_process_that_dies_says_how(own: Own, work: Callable[[Send], str], how: str) -> None:
    with pytest.raises(ProcessDied, match=f"^{how}$"):
        own(work)
    assert own(lambda _send: "the next one") == "the next one"


def test_a_process_that_hangs_ends_with_the_timeout_of_the_task(tmp_path: Path) -> None:
    children: list[int] = []

    def hang(send: Send) -> str:
        send("process", os.getpid())
        time.sleep(60)
        return ""

    def begin_to_wait(_kind: str, child: int) -> None:
        children.append(child)
        signal.setitimer(signal.ITIMER_REAL, 0.05)

    def on_alarm(*_signal: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        with pytest.raises(TimeoutError):
            in_own_process(hang, str(tmp_path), begin_to_wait)
    finally:
        signal.signal(signal.SIGALRM, before)
        gc.unfreeze()
    with pytest.raises(ProcessLookupError):
        os.kill(children[0], 0)


def test_environment_directory_and_memory_are_those_of_the_task_alone(own: Own, tmp_path: Path) -> None:
    here, kept = Path.cwd(), dict(os.environ)
    shared: list[int] = []

    def work(_send: Send) -> str:
        os.environ["ADDED"] = "inside"
        shared.append(1)
        return str(Path.cwd())

    assert own(work) == str(tmp_path)
    assert (Path.cwd(), dict(os.environ), shared) == (here, kept, [])


@pytest.mark.parametrize("name", ["azure.identity", "azure.core.pipeline", "msal.token_cache", "urllib3", "httpx"])
def test_libraries_write_nothing_to_the_controllers_log(own: Own, name: str, tmp_path: Path) -> None:
    log = logging.FileHandler(tmp_path / "log")
    logging.getLogger().addHandler(log)
    try:
        own(lambda _send: str(logging.getLogger(name).error("https://host/path?sig=signature")))
        own(lambda _send: str(logging.getLogger("other").error("heard")))
    finally:
        logging.getLogger().removeHandler(log)
        log.close()
    assert (tmp_path / "log").read_text() == "heard\n"


def test_what_existed_before_is_not_collected_again(own: Own) -> None:
    before = len(gc.get_objects())
    left = int(own(lambda _send: str(len(gc.get_objects()))))
    assert left < before / 10


def test_no_descriptor_and_no_thread_is_left(own: Own) -> None:
    descriptors, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _time in range(3):
        own(lambda _send: "")
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert threading.active_count() == threads
