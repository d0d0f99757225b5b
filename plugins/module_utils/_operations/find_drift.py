# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``workspace_drift``: where a workspace differs from what files say about it. Nothing is written."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.entry import Entry, read_entry
from .._errors import AzureMLError, ImmutableFieldError, InvalidOption, NotFoundError
from .._invocation import Invocation, Result
from .._names.json_types import JsonObject
from .._report.drift_page import drift_page
from .._report.report_file import ReportFile
from .._schema.asset_type import AssetType
from .._schema.resource_type import Options, ResourceType
from .._service.workspace import Workspace
from .manage import Manage
from .publish import Publish
from .subtask import SubInvocation

ABSENT, DIFFERENT, UNNAMED = FINDINGS = ("absent", "different", "unnamed")
# What the service or the workspace itself creates, and no file names.
_SYSTEM_STORES = frozenset(
    {"workspaceblobstore", "workspaceartifactstore", "workspacefilestore", "workspaceworkingdirectory"}
)
_OF_THE_SERVICE = "azureml-"
_NAMES = ("name", "version")

Operations = t.Mapping[str, "Manage | Publish"]


@dataclasses.dataclass(frozen=True)
class Finding:
    """One difference. ``path``: the option that differs, empty if the whole resource does."""

    kind: str
    name: str
    finding: str
    path: str = ""
    desired: t.Any = None
    current: t.Any = None
    reason: str = ""

    def shown(self) -> JsonObject:
        return dict(vars(self))


class FindDrift:
    """``lists``: option -> operation of the module that its entries are for."""

    def __init__(self, lists: Operations) -> None:
        self.lists = lists

    def spec(self) -> ArgumentSpec:
        entries = {"type": "list", "elements": "dict"}
        return ArgumentSpec(
            {
                **dict.fromkeys(self.lists, entries),
                "unnamed": {"type": "bool", "default": True},
                "fail_on": {"type": "list", "elements": "str", "choices": list(FINDINGS), "default": []},
                "report": {"type": "path"},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        file = ReportFile(options["report"]) if options["report"] else None
        if file is not None:
            file.require_possible()
        entries = {kind: list(self._entries(kind, workspace)) for kind in self._given(options)}
        found = [
            one for kind, named in entries.items() for entry in named for one in self._compare(kind, entry, workspace)
        ]
        if options["unnamed"]:
            found += [one for kind, named in entries.items() for one in self._unnamed(kind, named, entries, workspace)]
        shown: JsonObject = {"findings": [one.shown() for one in found], "compared": sum(map(len, entries.values()))}
        before: JsonObject = {}
        after: JsonObject = {}
        if file is not None:
            content = _written(options["report"], workspace.id.name, shown)
            before, after = file.change(content)
            if after and not workspace.invocation.check_mode:
                file.write(content)
        _judge(found, options["fail_on"], {"workspace_drift": shown, "changed": bool(after)})
        return Result(bool(after), {"workspace_drift": shown}, before, after)

    def _given(self, options: Options) -> list[str]:
        given = [kind for kind in self.lists if options[kind] is not None]
        if not given:
            raise InvalidOption(f"There is nothing to compare. Give one of {', '.join(self.lists)}.")
        return given

    # -- what the files name ---------------------------------------------------------------------------------------

    def _entries(self, kind: str, workspace: Workspace) -> t.Iterator[Entry]:
        """Raises InvalidOption for an entry that its module would refuse: it names nothing to compare with."""
        operation = self.lists[kind]
        for number, given in enumerate(workspace.invocation.options[kind]):
            at = f"{kind}.{number}"
            try:
                entry = read_entry(at, given, _type(operation), operation.spec(), workspace.invocation.register_secret)
            except InvalidOption as error:
                raise InvalidOption(f"{at}: {error}") from None
            more = {"recreate": True} if "recreate" in operation.spec().arguments else {}
            yield dataclasses.replace(entry, options={**entry.options, **more})

    def _compare(self, kind: str, entry: Entry, workspace: Workspace) -> list[Finding]:
        """What the module of this type would change."""
        name = _title(entry)
        try:
            result = self.lists[kind].run(workspace.for_part(_Task(workspace.invocation, entry.options)))
        except (InvalidOption, ImmutableFieldError) as error:
            return [Finding(kind, name, DIFFERENT, reason=str(error))]
        if not result.changed:
            return []
        if not result.before:
            return [Finding(kind, name, ABSENT, reason=" ".join(map(str, result.values.get("steps", ()))))]
        return [
            Finding(kind, name, DIFFERENT, path, desired, current)
            for path, current, desired in sorted(_leaves(result.before, result.after, ""), key=lambda leaf: leaf[0])
        ]

    # -- what no file names ----------------------------------------------------------------------------------------

    def _unnamed(
        self, kind: str, named: t.Sequence[Entry], entries: t.Mapping[str, t.Sequence[Entry]], workspace: Workspace
    ) -> t.Iterator[Finding]:
        resource = _type(self.lists[kind])
        known = {_title(entry, versions=False).lower() for entry in named}
        for above, path in self._collections(resource, kind, entries, workspace):
            try:
                existing = [str(body["name"]) for body in workspace.arm.list(path, api_version=resource.api_version)]
            except NotFoundError:  # its parent is absent, or was deleted meanwhile
                continue
            for name in sorted(existing):
                title = f"{above}{name}"
                if title.lower() not in known and not _is_of_the_service(resource, name):
                    yield Finding(kind, title, UNNAMED)

    def _collections(
        self, resource: ResourceType, kind: str, entries: t.Mapping[str, t.Sequence[Entry]], workspace: Workspace
    ) -> t.Iterator[tuple[str, str]]:
        """The lists to read, each with what precedes its names."""
        if resource.parent is None:
            collection = resource.collection if isinstance(resource, AssetType) else resource.path.partition("/")[0]
            yield "", workspace.path(collection)
            return
        option, parent = resource.parent.option, resource.parent.type
        for body in workspace.arm.list(workspace.path(parent.path.partition("/")[0])):
            below = resource.path.rpartition("/")[0].format_map({option: body["name"]})
            yield f"{body['name']}/", workspace.path(below)


def _written(path: str, workspace: str, shown: JsonObject) -> str:
    """The report, as JSON if the name of the file says so."""
    if path.lower().endswith(".json"):
        return json.dumps({"workspace": workspace, **shown}, indent=1, ensure_ascii=False, default=str) + "\n"
    return drift_page(workspace, shown["compared"], shown["findings"])


def _type(operation: Manage | Publish) -> ResourceType:
    return operation.asset if isinstance(operation, Publish) else operation.resource


def _title(entry: Entry, *, versions: bool = True) -> str:
    parent = entry.resource.parent
    above = f"{entry.options[parent.option]}/" if parent else ""
    return f"{above}{entry.name}" + (f":{entry.version}" if versions and entry.version else "")


def _is_of_the_service(resource: ResourceType, name: str) -> bool:
    if resource.path.startswith("datastores/"):
        return name.lower() in _SYSTEM_STORES
    return resource.path.startswith("environments/") and name.lower().startswith(_OF_THE_SERVICE)


class _Task(SubInvocation):
    """One entry as a task in check mode. What it would warn about is a finding here."""

    def __init__(self, outer: Invocation, options: Options) -> None:
        super().__init__(outer, {**outer.options, **options})
        self.check_mode = True

    def warn(self, message: str) -> None:
        """A reference to something absent is what the task itself finds."""


def _leaves(before: t.Any, after: t.Any, path: str) -> t.Iterator[tuple[str, t.Any, t.Any]]:
    """Path, current and desired value of each difference, as deep as both are maps."""
    if isinstance(before, dict) and isinstance(after, dict) and (before or after):
        for key in dict.fromkeys((*before, *after)):
            if path or key not in _NAMES:
                yield from _leaves(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif before != after:
        yield path, before, after


def _judge(found: t.Sequence[Finding], fail_on: t.Collection[str], facts: JsonObject) -> None:
    """Raises AzureMLError if there is a finding on which the task shall fail."""
    counts = {word: sum(one.finding == word for one in found) for word in FINDINGS}
    if any(counts[word] for word in fail_on):
        first = next(one for one in found if one.finding in fail_on)
        where = f" at {first.path}" if first.path else ""
        numbers = ", ".join(f"{number} {word}" for word, number in counts.items())
        raise AzureMLError(
            f"The workspace differs from what was given: {numbers}. The first is {first.kind} "
            f"{first.name}{where}. Apply the files, or correct them; all are in workspace_drift.findings.",
            **facts,
        )
