# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What tasks keep for those after them: tokens, descriptions of clouds. The entry point chooses where."""

from __future__ import annotations

import contextlib
import typing as t


class Cache(t.Protocol):
    """JSON values by key, each until it expires. A key is a list of texts and may hold secrets: it is never stored.

    With any fault of it the cache counts as empty; no method raises.
    """

    on_disk: bool

    def read(self, key: list[str]) -> tuple[t.Any, float] | None:
        """The value of a key and the time when it expires (seconds since the epoch); None if there is no valid one."""

    def write(self, key: list[str], value: t.Any, expires: float | None = None) -> None:
        """Store a value until ``expires``, by default for a day."""

    def drop(self, key: list[str]) -> None:
        """Delete the value of a key."""

    def lock(self, key: list[str]) -> contextlib.AbstractContextManager[None]:
        """Hold while a missing value is made, so that tasks which need it at the same moment wait for it.

        They wait no longer than it takes to make one: if the value is still missing then, each makes its own.
        """


class NoCache:
    """Stores nothing."""

    on_disk = False

    def read(self, key: list[str]) -> tuple[t.Any, float] | None:
        """None."""
        del key
        return None

    def write(self, key: list[str], value: t.Any, expires: float | None = None) -> None:
        """Do nothing."""

    def drop(self, key: list[str]) -> None:
        """Do nothing."""

    def lock(self, key: list[str]) -> contextlib.AbstractContextManager[None]:
        """A context that waits for nothing."""
        del key
        return contextlib.nullcontext()
