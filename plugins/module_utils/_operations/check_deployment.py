# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The operation of ``batch_deploy_check``: what is wrong with a whole deployment, before its first write."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._engine.argument_spec import ArgumentSpec
from .._engine.definition import NAME
from .._engine.desired_version import REQUIRED
from .._engine.entry import Entry, read_entry
from .._engine.inline_publication import InlinePublication
from .._engine.inline_references import PLACEHOLDER, with_references
from .._engine.prerequisite import warn_in_check_mode
from .._engine.validate import check_stand_ins, check_task, check_wait
from .._errors import InvalidOption
from .._invocation import Result
from .._names.dotted_path import get_at
from .._names.references import UNVERSIONED
from .._schema.resource_type import Field, Options
from .._service.workspace import Workspace
from .deployment_content import UNNAMED, content_of, is_named
from .entry_references import EntryReferences, Referable
from .manage import Manage
from .publish import Publish

NOTHING = "Nothing was changed."
ENDPOINT, DEPLOYMENTS, DEFAULT = "endpoint", "deployments", "default"
CONTENT_NAMES = "content_names"
CODE, SCRIPT = "code_configuration.code", "code_configuration.scoring_script"


class CheckDeployment:
    """Checks an endpoint, its deployments, and what they refer to. Changes nothing.

    ``lists``: option -> operation of the module that its entries are for; the option is the collection in the ARM path.
    """

    def __init__(self, endpoint: Manage, deployments: Manage, lists: t.Mapping[str, Manage | Publish]) -> None:
        self.endpoint = endpoint
        self.deployments = deployments
        self.lists = lists

    def spec(self) -> ArgumentSpec:
        entries = {"type": "list", "elements": "dict", "default": []}
        return ArgumentSpec(
            {
                ENDPOINT: {"type": "dict", "required": True},
                **dict.fromkeys((*self.lists, DEPLOYMENTS), entries),
                DEFAULT: {"type": "str"},
                CONTENT_NAMES: {"type": "bool", "default": False},
            }
        )

    def run(self, workspace: Workspace) -> Result:
        check = _Check(self, workspace)
        shown = check.shown()
        if check.complaints:
            raise InvalidOption("\n".join([*check.complaints, NOTHING]))
        return Result(False, {"batch_deploy_check": shown})


class _Check:
    """One deployment with everything that it needs. Each complaint names the entry, and none hides the others."""

    def __init__(self, operation: CheckDeployment, workspace: Workspace) -> None:
        self.complaints: list[str] = []
        self._operation = operation
        self._options = workspace.invocation.options
        self._workspace = workspace

    def shown(self) -> dict[str, t.Any]:
        """The result: the names of all entries, and what the deployments refer to."""
        endpoint = self._endpoint()
        own = {option: self._read_list(option, operation) for option, operation in self._operation.lists.items()}
        entries = self._read_deployments(endpoint)
        # Names that nobody could read may be those that the deployments refer to.
        references = None if self.complaints else self._references_of(own)
        deployments = [self._deployment(entry, references) for entry in entries]
        scripts = self._required_files(deployments)
        for option, operation in self._operation.lists.items():
            for entry in own[option]:
                self._check_alone(entry, operation, scripts.get(entry.at, []))
        if endpoint is not None:
            self._check_default([deployment.entry for deployment in deployments])
        keys = {entry.at for entries in own.values() for entry in entries}
        found = {key for deployment in deployments for key in deployment.references.values()}
        return {
            ENDPOINT: {"name": endpoint.name if endpoint else ""},
            **{
                option: [
                    {"name": entry.name, "key": entry.at, REQUIRED: scripts.get(entry.at, [])} for entry in entries
                ]
                for option, entries in own.items()
            },
            DEPLOYMENTS: [self._shown(deployment, references) for deployment in deployments],
            "ids": sorted(found - keys),
        }

    def _endpoint(self) -> Entry | None:
        """None if it cannot exist, and so none of its deployments."""
        endpoint = self._read(ENDPOINT, self._options[ENDPOINT], self._operation.endpoint)
        if endpoint is not None:
            self._refuse_default_of(endpoint)
            self._check_alone(endpoint, self._operation.endpoint)
        return None if self.complaints else endpoint

    # -- the entries -----------------------------------------------------------------------------------------------

    def _read_list(
        self, option: str, operation: Manage | Publish, entries: t.Sequence[Options] | None = None, **fixed: str
    ) -> list[Entry]:
        read = (
            self._read(f"{option}.{number}", given, operation, **fixed)
            for number, given in enumerate(self._options[option] if entries is None else entries)
        )
        found = [entry for entry in read if entry is not None]
        self._refuse_duplicates(option, found, versioned=isinstance(operation, Publish))
        return found

    def _read(self, at: str, given: Options, operation: Manage | Publish, **fixed: str) -> Entry | None:
        resource = operation.asset if isinstance(operation, Publish) else operation.resource
        secret = self._workspace.invocation.register_secret
        try:
            return read_entry(at, given, resource, operation.spec(), secret, **fixed)
        except InvalidOption as error:
            self._complain(at, error)
            return None

    def _refuse_duplicates(self, option: str, entries: t.Sequence[Entry], *, versioned: bool) -> None:
        """Two entries of one name are two versions of it, and only if both say which."""
        for name in sorted({entry.name.lower() for entry in entries}):
            same = [entry for entry in entries if entry.name.lower() == name]
            versions = {entry.version for entry in same if entry.version is not None}
            if len(same) > 1 and not (versioned and len(versions) == len(same)):
                places = ", ".join(entry.at for entry in same)
                remedy = "Give each a version of its own, or drop one" if versioned else "Drop one"
                self.complaints.append(f"{option}: {places} have the same name, {same[0].name}. {remedy}.")

    def _check_alone(self, entry: Entry, operation: Manage | Publish, scripts: t.Sequence[str] = ()) -> None:
        with self._complaining(entry.at):
            if isinstance(operation, Publish):
                more = {REQUIRED: [*(entry.options[REQUIRED] or ()), *scripts]} if scripts else {}
                operation.publication({**entry.options, **more}, self._workspace)
                return
            self._check_managed(entry, entry.options)

    def _check_managed(self, entry: Entry, options: Options) -> None:
        """What the module itself would refuse, and what only a new resource lacks."""
        described = options.get(NAME) or {}
        InlinePublication.read({option: (asset, entry.name) for option, asset in described.items()}, self._workspace)
        filled = with_references(options, dict.fromkeys(described, PLACEHOLDER))
        check_task(entry.resource, filled, self._workspace.id)
        check_wait(entry.resource, filled)
        check_stand_ins(entry.resource, filled)
        if entry.lacking:
            path = self._workspace.path(entry.table.path_of(options))
            if self._workspace.arm.get(path, api_version=entry.table.api_version) is None:
                raise InvalidOption(
                    f"{', '.join(entry.lacking)} is missing: there is no {entry.resource.title(options)} yet, and "
                    "creating it takes that. Add it."
                )

    # -- the deployments -------------------------------------------------------------------------------------------

    def _shown(self, deployment: _Deployment, references: EntryReferences | None) -> dict[str, t.Any]:
        """What the role needs of a deployment; with its content, from which it has its name if it gives none."""
        shown = {"name": deployment.entry.name, "references": deployment.references}
        if not self._options[CONTENT_NAMES] or references is None or self.complaints:
            return shown
        content = ""
        with self._complaining(deployment.entry.at):
            content = content_of(deployment.entry, deployment.references, references, self._workspace)
        name = f"release-{content[:10]}" if deployment.entry.name == UNNAMED else deployment.entry.name
        return {**shown, "name": name, "content": content}

    def _references_of(self, own: t.Mapping[str, t.Sequence[Entry]]) -> EntryReferences:
        def referable(entry: Entry, operation: Manage | Publish) -> Referable:
            if isinstance(operation, Manage):
                return Referable(entry)
            return Referable(entry, lambda: operation.publication(entry.options, self._workspace).predict())

        lists = self._operation.lists
        return EntryReferences(
            {option: [referable(entry, lists[option]) for entry in entries] for option, entries in own.items()},
            self._workspace,
            warn_in_check_mode(self._workspace.invocation),
        )

    def _read_deployments(self, endpoint: Entry | None) -> list[Entry]:
        if endpoint is None:
            return []
        given = self._options[DEPLOYMENTS]
        if self._options[CONTENT_NAMES]:
            given = [one if is_named(one) else {**one, "name": UNNAMED} for one in given]
        return self._read_list(DEPLOYMENTS, self._operation.deployments, given, endpoint_name=endpoint.name)

    def _deployment(self, entry: Entry, references: EntryReferences | None) -> _Deployment:
        deployment = _Deployment(entry, self._resolved(entry, references) if references else {})
        with self._complaining(entry.at):
            self._check_managed(entry, with_placeholders(entry))
        return deployment

    def _resolved(self, entry: Entry, references: EntryReferences) -> dict[str, str]:
        """Option -> key under which the role finds the id, for each reference that the deployment gives."""
        found = {}
        for field in _reference_fields(entry):
            text = get_at(entry.options, field.option)
            with self._complaining(entry.at):
                kind = t.cast(str, field.value_type.reference_kind)
                found[field.option] = references.resolve(text, kind, field.option)
        return found

    def _required_files(self, deployments: t.Iterable[_Deployment]) -> dict[str, list[str]]:
        """Key of an entry of code -> the scoring scripts that deployments run from it."""
        required: dict[str, list[str]] = {}
        for deployment in deployments:
            script = get_at(deployment.entry.options, SCRIPT)
            key = deployment.references.get(CODE)
            if key and script and script not in required.setdefault(key, []):
                required[key].append(script)
        return required

    def _refuse_default_of(self, endpoint: Entry) -> None:
        """The deployment may not exist yet when the endpoint is written."""
        if get_at(endpoint.options, "defaults.deployment_name") is not None:
            self.complaints.append(
                f"{ENDPOINT}: defaults.deployment_name is set by the role once the deployment exists. "
                f"Give the name in {DEFAULT}, and drop it here."
            )

    def _check_default(self, deployments: t.Sequence[Entry]) -> None:
        names = [deployment.name for deployment in deployments]
        default = self._options[DEFAULT]
        if default and default not in names:
            self.complaints.append(
                f"{DEFAULT}: it is {default}, but {DEPLOYMENTS} has only {', '.join(names)}. Correct one of them."
            )

    @contextlib.contextmanager
    def _complaining(self, at: str) -> t.Iterator[None]:
        try:
            yield
        except InvalidOption as error:
            self._complain(at, error)

    def _complain(self, at: str, error: InvalidOption) -> None:
        self.complaints.append(f"{at}: {str(error).removesuffix(NOTHING).rstrip()}")


@dataclasses.dataclass(frozen=True)
class _Deployment:
    """A deployment and what its references mean."""

    entry: Entry
    references: dict[str, str]


def _reference_fields(entry: Entry) -> t.Iterator[Field]:
    """The fields of all kinds that hold a reference which the entry gives."""
    seen = set()
    for table in entry.resource.tables:
        for field in table.fields:
            given = field.value_type.reference_kind and get_at(entry.options, field.option) is not None
            if given and field.option not in seen:
                seen.add(field.option)
                yield field


def with_placeholders(entry: Entry) -> Options:
    """The options of an entry with a valid reference in place of each that it gives: it may mean another entry."""
    return with_references(entry.options, {field.option: _placeholder(field) for field in _reference_fields(entry)})


def _placeholder(field: Field) -> str:
    """A reference that is valid, whatever the one of the entry means."""
    return "described" if field.value_type.reference_kind in UNVERSIONED else PLACEHOLDER
