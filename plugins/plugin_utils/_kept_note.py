# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What goes on in Azure while a module runs: nobody reads the output of a module that is killed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from ansible_collections.mlops.azureml.plugins.module_utils._interruption import announced, write_line
from ansible_collections.mlops.azureml.plugins.plugin_utils._memory_file import memory_file
from ansible_collections.mlops.azureml.plugins.plugin_utils._prepared import STDERR
from ansible_collections.mlops.azureml.plugins.plugin_utils._signals import end_now

LONGEST = 4096


@contextlib.contextmanager
def shown_note() -> Iterator[str | None]:
    """The path of a file whose content is shown if this process is interrupted; None where there can be none."""
    file = memory_file("azureml-note")
    if file is None or STDERR is None:
        yield None
        return
    descriptor, path = file
    stderr = STDERR

    def say() -> None:
        note = os.pread(descriptor, LONGEST, 0).decode(errors="replace")
        if note:
            write_line(stderr, note)

    try:
        with announced(say, end_now):
            yield path
    finally:
        os.close(descriptor)
