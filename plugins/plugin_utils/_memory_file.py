# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A file in memory: it is in no folder, so nobody can clean it away, and it is gone with this process."""

from __future__ import annotations

import os


def memory_file(name: str) -> tuple[int, str] | None:
    """Its descriptor, and a path by which other processes of this user open it; None where the system has none."""
    if not hasattr(os, "memfd_create"):
        return None
    descriptor = os.memfd_create(name)
    path = f"/proc/{os.getpid()}/fd/{descriptor}"
    if os.path.exists(path):
        return descriptor, path
    os.close(descriptor)
    return None
