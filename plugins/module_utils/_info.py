# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The verb of the ``_info`` modules: read one resource or a list, and change nothing."""

from __future__ import annotations

import traceback
import typing as t

from ._errors import InvalidOption, MissingLibrary
from ._invocation import Invocation, Result, Spec
from ._resource import ResourceType, render
from ._wire import Json
from ._workspace import Workspace

Filters = t.Mapping[str, tuple[str, dict[str, t.Any]]]


class Info:
    """Lists the resources of a type: those the filters select, then what ``query`` makes of them.

    ``filters``: option -> (query parameter of the service's list, argument spec), for filters that the service applies.
    """

    def __init__(self, resource: ResourceType, filters: Filters | None = None) -> None:
        self.resource = resource
        self.filters = filters or {}

    def spec(self) -> Spec:
        arguments: dict[str, t.Any] = {"query": {"type": "str"}}
        if "{name}" in self.resource.path:
            arguments["name"] = {"type": "str"}
        arguments.update({option: spec for option, (_parameter, spec) in self.filters.items()})
        return Spec(arguments, mutually_exclusive=tuple(("name", option) for option in self.filters))

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        shown = [
            render(self.resource, standing, workspace.id) for standing in self._found(workspace, invocation.options)
        ]
        query = invocation.options["query"]
        return Result(False, {self.resource.plural: shown if query is None else _queried(query, shown)})

    def _found(self, workspace: Workspace, options: t.Mapping[str, t.Any]) -> t.Iterator[dict[str, Json]]:
        if not self.resource.path:
            yield workspace.properties
        elif options["name"] is not None:
            self.resource.name_rule.check("name", options["name"], self.resource.label)
            standing = workspace.management.get(workspace.path(self.resource.path_of(options)))
            if standing is not None:
                yield standing
        else:
            filters = {
                parameter: _in_query(options[option])
                for option, (parameter, _spec) in self.filters.items()
                if options[option] is not None
            }
            yield from workspace.management.list(workspace.path(self.resource.path.rpartition("/")[0]), query=filters)


def _in_query(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
