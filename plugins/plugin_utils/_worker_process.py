# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The worker process of the controller while a task runs in it: as a module would find it, and left as it was."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
from collections.abc import Iterator

# Libraries whose loggers name URLs and identities; with ANSIBLE_LOG_PATH the root logger writes them to a file.
TALKATIVE = ("azure", "httpcore", "httpx", "msal", "requests", "urllib3")


@contextlib.contextmanager
def as_for_a_module(directory: str) -> Iterator[None]:
    """Run in a directory, with silent libraries; the environment and the directory are restored afterwards.

    A module is a process of its own. The items of a loop share one worker, and so do retries.

    :param directory: the playbook's, from which relative paths are resolved
    """
    # What exists is never garbage here: a full collection would read, and so copy, the whole memory of the controller.
    gc.freeze()
    for name in TALKATIVE:
        _silence(logging.getLogger(name))
    environment = dict(os.environ)
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(directory)
        yield
    finally:
        os.fchdir(before)
        os.close(before)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)


def _silence(logger: logging.Logger) -> None:
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
