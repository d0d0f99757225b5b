# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A cache on disk that only its owner can read: tokens, descriptions of clouds.

With any fault of it (no home, another owner, open permissions, damaged files, a full disk) it counts as empty. It never
raises, waits for nothing, and leaves no incomplete file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .._clock import Clock

# Seconds after which every value is dropped.
LIFETIME = 24 * 3600.0
_LONGEST_VALUE = 1 << 20
"""Characters that are read of a value; a longer one is damaged."""


class PrivateCache:
    """JSON values by key. A key is a list of texts and may hold secrets: its digest is written. Implements ``Cache``.

    :param directory: absolute path of the folder of the values, created with mode 0700; None caches nothing
    """

    on_disk = True

    def __init__(self, directory: str | None, clock: Clock) -> None:
        self._directory = Path(directory) if directory and os.path.isabs(directory) else None
        self._clock = clock

    def read(self, key: list[str]) -> tuple[Any, float] | None:
        """The value of a key and the time when it expires; None if there is no valid one."""
        if self._directory is None or not _private(self._directory, stat.S_ISDIR):
            return None
        try:
            entry = json.loads(_read_private(self._file(self._directory, key)))
            value, expires = entry["value"], float(entry["expires"])
        except (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
            return None
        return (value, expires) if self._clock.now() < expires < math.inf else None

    def write(self, key: list[str], value: Any, expires: float | None = None) -> None:
        """Store a JSON value until ``expires`` (seconds since the epoch, by default for a day), in one step."""
        if self._directory is None:
            return
        expires = self._clock.now() + LIFETIME if expires is None else expires
        with contextlib.suppress(OSError):  # without a usable folder nothing is cached
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _private(self._directory, stat.S_ISDIR):
                self._delete_old(self._directory)
                _replace(self._file(self._directory, key), json.dumps({"value": value, "expires": expires}))

    def _delete_old(self, directory: Path) -> None:
        """Delete values that were not written for a day: each new secret or token file makes a new key."""
        for file in directory.iterdir():
            with contextlib.suppress(OSError):  # another task has just deleted it, or it is a folder
                if file.lstat().st_mtime < self._clock.now() - LIFETIME:
                    file.unlink()

    def drop(self, key: list[str]) -> None:
        """Delete the value of a key."""
        if self._directory is not None and _private(self._directory, stat.S_ISDIR):
            with contextlib.suppress(OSError):  # then it expires
                self._file(self._directory, key).unlink(missing_ok=True)

    def lock(self, key: list[str]) -> contextlib.AbstractContextManager[None]:
        """Wait for nothing: processes that need a value at the same moment make one each."""
        del key
        return contextlib.nullcontext()

    @staticmethod
    def _file(directory: Path, key: list[str]) -> Path:
        return directory / hashlib.sha256(json.dumps(key).encode()).hexdigest()


def _private(path: Path, kind: Callable[[int], bool]) -> bool:
    """Whether the path is of the given kind, belongs to this user, and gives no one else any permission."""
    try:
        return _is_private(path.lstat(), kind)
    except OSError:
        return False


def _is_private(status: os.stat_result, kind: Callable[[int], bool]) -> bool:
    return kind(status.st_mode) and status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077


def _replace(path: Path, text: str) -> None:
    """Write a file in one step, readable by its owner alone. Raises OSError, and then leaves nothing behind."""
    handle, name = tempfile.mkstemp(dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:  # also an interrupt: no token is left in a nameless file
        Path(name).unlink(missing_ok=True)
        raise


def _read_private(path: Path) -> str:
    """The text of a file, whose permissions are checked once it is open. Raises OSError if it is not private."""
    # A pipe in its place is opened at once, too, and then refused.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), encoding="utf-8") as file:
        if not _is_private(os.fstat(file.fileno()), stat.S_ISREG):
            raise PermissionError
        return file.read(_LONGEST_VALUE)
