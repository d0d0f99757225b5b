# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of the ``_info`` modules: read one resource or a list. Nothing is written."""

from __future__ import annotations

import contextlib
import traceback
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.list_filter import Filter
from .._engine.render import render
from .._engine.validate import check_names
from .._errors import InvalidOption, MissingLibrary, NotFoundError
from .._invocation import Result
from .._names.json_types import Json
from .._schema.resource_type import Options, ResourceType
from .._service.arm import API_VERSION
from .._service.workspace import Workspace


class Info:
    """Lists the resources of a type that the filters select; ``query`` works on that list."""

    def __init__(self, resource: ResourceType, filters: t.Sequence[Filter] = ()) -> None:
        self.resource = resource
        self.filters = filters

    def spec(self) -> ArgumentSpec:
        arguments: dict[str, t.Any] = {"query": {"type": "str"}}
        if self.resource.parent:
            arguments[self.resource.parent.option] = {"type": "str", "required": True}
        if "{name}" in self.resource.path:
            arguments["name"] = {"type": "str"}
        arguments.update({one.option: one.value_type.spec() for one in self.filters})
        return ArgumentSpec(arguments, mutually_exclusive=tuple(("name", one.option) for one in self.filters))

    def run(self, workspace: Workspace) -> Result:
        shown = list(self.found(workspace, workspace.invocation.options))
        query = workspace.invocation.options["query"]
        return Result(False, {self.resource.plural: shown if query is None else queried(query, shown)})

    def found(self, workspace: Workspace, options: Options) -> t.Iterator[dict[str, t.Any]]:
        """The resources that the task asks for, as option values."""
        for current in self._existing(workspace, options):
            yield render(self.resource, current, workspace.id)

    def _existing(self, workspace: Workspace, options: Options) -> t.Iterator[dict[str, Json]]:
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
    """The resource at a path below the workspace, if it exists."""
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
    """The selected resources of a collection, from all its pages; none if the parent is absent."""
    query = {key: text for one in filters for key, text in one.in_query(options, workspace.id).items()}
    with contextlib.suppress(NotFoundError):
        found = workspace.arm.list(workspace.path(path), api_version=api_version, query={**query, **more})
        for current in found:
            if all(one.selects(options, current) for one in filters):
                yield current


def queried(query: str, shown: list[dict[str, t.Any]]) -> t.Any:
    """Apply a JMESPath expression. Raises InvalidOption that shows where it is broken."""
    try:
        import jmespath
    except ImportError:
        raise MissingLibrary("jmespath", traceback.format_exc()) from None
    try:
        return jmespath.search(query, shown)
    except jmespath.exceptions.JMESPathError as error:
        raise InvalidOption(f"query: {query!r} is no JMESPath expression: {error}") from None
