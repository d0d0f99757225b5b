# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The verb of the ``_info`` modules: read one resource or a list, and change nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import traceback
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.render import render
from .._engine.validate import check_names
from .._errors import InvalidOption, MissingLibrary, NotFoundError
from .._invocation import Result
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.resource_type import Options, ResourceType
from .._schema.scalar_values import Text
from .._schema.value_type import ValueType
from .._service.arm import API_VERSION
from .._service.workspace import Workspace


class Marks(ValueType):
    """Names, or names with values (``team=vision``), that a map has to hold: a filter on tags and the like."""

    type = "list"

    def spec(self) -> dict[str, t.Any]:
        return {"type": "list", "elements": "str"}

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        unfit = [mark for mark in value if "," in mark or not mark.partition("=")[0]]
        if unfit:
            raise ValueError(f"{unfit[0]!r} cannot be filtered by: write name or name=value, without commas")
        return ",".join(value)

    def held_by(self, value: t.Sequence[str], texts: t.Mapping[str, str]) -> bool:
        pairs = (mark.partition("=") for mark in value)
        return all(name in texts and (not equals or texts[name] == text) for name, equals, text in pairs)


@dataclasses.dataclass(frozen=True)
class Filter:
    """A filter that the service applies to its list; ``parameter`` is its name in the query.

    ``default`` is sent when the task says nothing. With ``at``, a wire path to a map, ``Marks`` are looked for here as
    well: how the service matches them is recorded nowhere.
    """

    option: str
    parameter: str
    value_type: ValueType = Text()
    default: str | None = None
    at: str | None = None

    def in_query(self, options: Options, workspace: WorkspaceId) -> dict[str, str]:
        """The query parameter. Raises InvalidOption for what cannot be filtered by."""
        value = options[self.option]
        if value is None:
            return {} if self.default is None else {self.parameter: self.default}
        try:
            sent = self.value_type.encode(value, workspace)
        except ValueError as error:
            raise InvalidOption(f"{self.option}: {error}.") from None
        return {self.parameter: str(sent).lower() if isinstance(sent, bool) else str(sent)}

    def selects(self, options: Options, current: Json) -> bool:
        value = options[self.option]
        if value is None or self.at is None or not isinstance(self.value_type, Marks):
            return True
        return self.value_type.held_by(value, get_at(current, self.at) or {})


class Info:
    """Lists the resources of a type: those the filters select, then what ``query`` makes of them."""

    def __init__(self, resource: ResourceType, filters: t.Sequence[Filter] = ()) -> None:
        self.resource = resource
        self.filters = filters

    def spec(self) -> ArgumentSpec:
        arguments: dict[str, t.Any] = {"query": {"type": "str"}}
        if self.resource.parent:
            arguments[self.resource.parent.option] = {"type": "str", "required": True}
        if "{name}" in self.resource.path:
            arguments["name"] = {"type": "str"}
        arguments.update({chosen.option: chosen.value_type.spec() for chosen in self.filters})
        return ArgumentSpec(arguments, mutually_exclusive=tuple(("name", chosen.option) for chosen in self.filters))

    def run(self, workspace: Workspace) -> Result:
        shown = list(self.found(workspace, workspace.invocation.options))
        query = workspace.invocation.options["query"]
        return Result(False, {self.resource.plural: shown if query is None else _queried(query, shown)})

    def found(self, workspace: Workspace, options: Options) -> t.Iterator[dict[str, t.Any]]:
        """What the task asks for, in its words."""
        for current in self._standing(workspace, options):
            yield render(self.resource, current, workspace.id)

    def _standing(self, workspace: Workspace, options: Options) -> t.Iterator[dict[str, Json]]:
        if not self.resource.path:
            yield workspace.properties
        elif options["name"] is not None:
            check_names(self.resource, options)
            yield from one(workspace, self.resource.path_of(options), self.resource.api_version)
        else:
            if self.resource.parent:
                self.resource.parent.check_name(options)
            path = self.resource.path.rpartition("/")[0].format_map(options)
            yield from listed(workspace, path, self.filters, options, api_version=self.resource.api_version)


def one(workspace: Workspace, path: str, api_version: str = API_VERSION) -> t.Iterator[dict[str, Json]]:
    """What stands at a path below the workspace, if anything does."""
    current = workspace.arm.get(workspace.path(path), api_version=api_version)
    if current is not None:
        yield current


def listed(
    workspace: Workspace,
    path: str,
    filters: t.Sequence[Filter],
    options: Options,
    *,
    api_version: str = API_VERSION,
    **more: str,
) -> t.Iterator[dict[str, Json]]:
    """All pages of a collection; nothing when what should hold it is absent."""
    query = {key: text for chosen in filters for key, text in chosen.in_query(options, workspace.id).items()}
    with contextlib.suppress(NotFoundError):  # no parent, no members
        found = workspace.arm.list(workspace.path(path), api_version=api_version, query={**query, **more})
        for current in found:
            if all(chosen.selects(options, current) for chosen in filters):
                yield current


def _queried(query: str, shown: list[dict[str, t.Any]]) -> t.Any:
    """Apply a JMESPath expression. Raises InvalidOption that shows where it is broken."""
    try:
        import jmespath
    except ImportError:
        raise MissingLibrary("jmespath", traceback.format_exc()) from None
    try:
        return jmespath.search(query, shown)
    except jmespath.exceptions.JMESPathError as error:
        raise InvalidOption(f"query: {query!r} is no JMESPath expression: {error}") from None
