# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The inputs and outputs that a pipeline component declares, and whether those of a task fit them.

Service fact: assets contract 9 (the service returns booleans and numbers of a declaration as texts).
"""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .._errors import AzureMLError, InvalidOption
from .._names.arm_id import parse as parse_id
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._schema.data_modes import DATA_TYPES
from .._service.workspace import Workspace
from .inputs_outputs import LITERAL, Input, Output
from .route import Route

_BOOLEANS = ("true", "false")


@dataclasses.dataclass(frozen=True)
class DeclaredData:
    """Name -> declaration. ``component`` is the name and version, for messages."""

    component: str
    inputs: t.Mapping[str, JsonObject]
    outputs: t.Mapping[str, JsonObject]

    @property
    def needs_inputs(self) -> bool:
        return any(_is_required(declared) for declared in self.inputs.values())

    def typed(self, inputs: list[Input]) -> list[Input]:
        """The inputs of a task; data without a type is of the declared one."""
        return [
            dataclasses.replace(item, type=declared)
            if not item.type and (declared := self._type_of(item)) in DATA_TYPES
            else item
            for item in inputs
        ]

    def check(self, inputs: list[Input], outputs: list[Output]) -> None:
        """Raises InvalidOption for what is not declared, is missing, or has a value of another type."""
        for item in inputs:
            if item.name not in self.inputs:
                raise InvalidOption(
                    f"inputs.{item.name}: component {self.component} declares no such input. {_known(self.inputs)}"
                )
            self._check_input(item)
        given = {item.name for item in inputs}
        missing = [name for name, declared in self.inputs.items() if _is_required(declared) and name not in given]
        if missing:
            raise InvalidOption(
                f"inputs: component {self.component} needs {', '.join(missing)}, which has no default. Give a value."
            )
        for output in outputs:
            if output.name not in self.outputs:
                raise InvalidOption(
                    f"outputs.{output.name}: component {self.component} declares no such output. {_known(self.outputs)}"
                )

    def _type_of(self, item: Input) -> str:
        return str((self.inputs.get(item.name) or {}).get("type") or "").lower()

    def _check_input(self, item: Input) -> None:
        kind, is_value = self._type_of(item), item.type == LITERAL
        where = f"inputs.{item.name}"
        if kind in DATA_TYPES and is_value:
            raise InvalidOption(f"{where}: component {self.component} declares data of type {kind}. Give a path.")
        if kind in _VALUES and not is_value:
            raise InvalidOption(f"{where}: component {self.component} declares a value of type {kind}. Give a value.")
        if kind in _VALUES:
            complaint = _complaint(str(item.value), kind, self.inputs[item.name])
            if complaint:
                raise InvalidOption(f"{where}: {item.value!r} {complaint}, as component {self.component} declares it.")


def read_declared(route: Route, workspace: Workspace) -> DeclaredData | None:
    """What the component of a deployment declares; None if the deployment is of a model.

    None as well for a component that cannot be read, as in a registry: the service checks its inputs.
    """
    reference = get_at(route.deployment, "properties.deploymentConfiguration.componentId.assetId")
    parsed = parse_id(str(reference or ""))
    if not route.runs_pipeline or parsed is None or parsed.registry is not None:
        return None
    try:
        found = workspace.arm.get(str(reference))
    except AzureMLError:
        return None
    spec = get_at(found, "properties.componentSpec")
    if not isinstance(spec, dict):
        return None
    return DeclaredData(
        f"{parsed.name} version {parsed.version}", _ports(spec.get("inputs")), _ports(spec.get("outputs"))
    )


def _ports(declared: t.Any) -> dict[str, JsonObject]:
    if not isinstance(declared, dict):
        return {}
    return {name: port if isinstance(port, dict) else {} for name, port in declared.items()}


def _is_required(declared: JsonObject) -> bool:
    return str(declared.get("optional")).lower() != "true" and declared.get("default") is None


def _known(declared: t.Mapping[str, JsonObject]) -> str:
    return f"It declares {', '.join(declared)}." if declared else "It declares none."


def _number(text: str) -> float:
    number = float(_plain(text))
    if not math.isfinite(number):
        raise ValueError
    return number


def _integer(text: str) -> int:
    return int(_plain(text))


def _plain(text: str) -> str:
    """The text, which must not hold what Python alone reads as a number: blanks and underscores."""
    if "_" in text or text != text.strip():
        raise ValueError
    return text


def _boolean(text: str) -> bool:
    return bool(_BOOLEANS.index(text.lower()) == 0)


_VALUES: dict[str, t.Callable[[str], t.Any]] = {
    "string": str,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
}


def _complaint(text: str, kind: str, declared: JsonObject) -> str | None:
    try:
        value = _VALUES[kind](text)
    except ValueError:
        return f"is no {kind}"
    choices = declared.get("enum")
    if isinstance(choices, list) and choices and text not in map(str, choices):
        return f"is none of {', '.join(map(str, choices))}"
    if kind in ("number", "integer"):
        low, high = (_limit(declared.get(word)) for word in ("min", "max"))
        if (low is not None and value < low) or (high is not None and value > high):
            return f"is not between {declared.get('min', '-')} and {declared.get('max', '-')}"
    return None


def _limit(text: t.Any) -> float | None:
    try:
        return _number(str(text))
    except ValueError:
        return None
