# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a door (a module, later an action plugin) offers the engine, and what the engine gives back."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ._engine.definition import Definition
    from ._service.workspace import Workspace


class Invocation(t.Protocol):
    """One task as the engine sees it."""

    check_mode: bool
    cache_dir: str | None

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


@dataclasses.dataclass(frozen=True)
class Spec:
    """An argument spec with its constraints, in the words of AnsibleModule.

    With a ``definition``, that one option can say what others would.
    """

    arguments: dict[str, t.Any]
    required_if: tuple[tuple[t.Any, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_by: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    definition: Definition | None = None


class Operation(t.Protocol):
    """One of the verbs of the house, bound to a resource type."""

    def spec(self) -> Spec:
        """The options of the verb for its resource type, without those that all modules share."""

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        """Do it. Raises AzureMLError."""
