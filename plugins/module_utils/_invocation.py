# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What an entry point (a module or an action plugin) offers the engine, and the result that the engine returns."""

from __future__ import annotations

import dataclasses
import typing as t

from ._cache import Cache
from ._clock import Clock


class Invocation(t.Protocol):
    """One task as the engine sees it.

    ``cache`` keeps tokens and descriptions of clouds between tasks.
    """

    check_mode: bool
    cache: Cache
    clock: Clock

    @property
    def options(self) -> t.Mapping[str, t.Any]:
        """The task's options, with their defaults filled in."""

    @property
    def is_watched(self) -> bool:
        """Whether somebody sees the progress, so that it may cost requests."""

    def warn(self, message: str) -> None:
        """Show the user a message; the task continues."""

    def progress(self, message: str) -> None:
        """Show how a long operation proceeds, if somebody watches."""

    def underway(self, note: str) -> t.ContextManager[None]:
        """While this holds, an interrupted task says this: what goes on in Azure, how to cancel and how to resume."""

    def register_secret(self, secret: str) -> None:
        """Mask this text in all output from now on."""


@dataclasses.dataclass(frozen=True)
class Result:
    """What an operation did, or in check mode would do.

    ``values`` are the documented keys of the module's result, ``before`` and ``after`` the two sides of its diff.
    """

    changed: bool
    values: dict[str, t.Any]
    before: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    after: dict[str, t.Any] = dataclasses.field(default_factory=dict)
