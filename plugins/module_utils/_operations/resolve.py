# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Look references up, so that a play finds a wrong one before it writes anything."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.reference_lookup import full_id
from .._errors import InvalidOption
from .._invocation import Result
from .._service.workspace import Workspace


class Resolve:
    """Turns references into full ids of resources that exist.

    ``kinds``: option -> collection in the ARM path, e.g. ``{"models": "models", "computes": "computes"}``.
    """

    def __init__(self, kinds: t.Mapping[str, str]) -> None:
        self.kinds = kinds

    def spec(self) -> ArgumentSpec:
        references = {"type": "list", "elements": "str", "default": []}
        return ArgumentSpec(dict.fromkeys(self.kinds, references))

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        found = {
            option: {text: _existing(text, kind, option, workspace) for text in options[option]}
            for option, kind in self.kinds.items()
        }
        return Result(False, {"references": found})


def _existing(text: str, kind: str, option: str, workspace: Workspace) -> str:
    target = full_id(text, kind, option, workspace)
    if target.startswith("/") and workspace.arm.get(target) is None:
        raise InvalidOption(f"{option}: {text} does not exist ({target}). Create it first, or correct the reference.")
    return target
