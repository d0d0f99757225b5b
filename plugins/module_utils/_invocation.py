# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a door (a module, later an action plugin) offers the engine, and what the engine gives back."""

from __future__ import annotations

import dataclasses
import typing as t

from ._clock import Clock


class Invocation(t.Protocol):
    """One task as the engine sees it."""

    check_mode: bool
    cache_dir: str | None
    clock: Clock

    @property
    def options(self) -> t.Mapping[str, t.Any]:
        """The task's options, with their defaults filled in."""

    def warn(self, message: str) -> None:
        """Tell the user one sentence with its remedy; the run goes on."""

    def progress(self, message: str) -> None:
        """Tell whoever watches how a long wait goes."""

    def register_secret(self, secret: str) -> None:
        """From here on this text must never be printed."""


@dataclasses.dataclass(frozen=True)
class Result:
    """What a verb did or would do. ``values`` are the documented keys of the module."""

    changed: bool
    values: dict[str, t.Any]
    before: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    after: dict[str, t.Any] = dataclasses.field(default_factory=dict)
