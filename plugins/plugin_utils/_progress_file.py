# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Shows the progress of a module while it runs: a module cannot print before its end, but it can write to a file."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator

from ansible_collections.mlops.azureml.plugins.module_utils._interruption import leave_signals_to_main_thread
from ansible_collections.mlops.azureml.plugins.plugin_utils._memory_file import memory_file

SECONDS_BETWEEN_READS = 0.3


@contextlib.contextmanager
def shown_lines(show: Callable[[str], None]) -> Iterator[str]:
    """The path of a file, each of whose lines is shown soon after it was written."""
    in_memory = memory_file("azureml-progress")
    descriptor, path = in_memory or tempfile.mkstemp(prefix="azureml-progress-")
    is_over = threading.Event()
    follower = threading.Thread(target=_follow, args=(descriptor, is_over, show), daemon=True)
    follower.start()
    try:
        yield path
    finally:
        is_over.set()
        follower.join()
        if in_memory is None:
            with contextlib.suppress(FileNotFoundError):  # somebody has cleaned the folder
                os.unlink(path)


def _follow(descriptor: int, is_over: threading.Event, show: Callable[[str], None]) -> None:
    leave_signals_to_main_thread()
    with open(descriptor, encoding="utf-8", errors="replace") as stream:
        is_last = False
        while not is_last:
            is_last = is_over.wait(SECONDS_BETWEEN_READS)
            for line in stream:
                show(line.rstrip("\n"))
