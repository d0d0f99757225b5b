# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How processes below the controller end with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import select
import signal
from collections.abc import Iterator

from ansible_collections.mlops.azureml.plugins.module_utils._interruption import ended_with


@contextlib.contextmanager
def ended_with_controller() -> Iterator[None]:
    """Let a signal end this process when the controller is gone: nobody waits for the result of its task."""
    controller = multiprocessing.parent_process()
    with contextlib.nullcontext() if controller is None else ended_with(controller.sentinel, select.POLLIN):
        yield


def end_now(number: int) -> None:
    """End this process by a signal, as without a handler."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
