# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a deployment of a role refers to: another entry, whose id is known when it is published, or what exists."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._engine.entry import Entry
from .._engine.prerequisite import Warn, report_missing
from .._engine.reference_lookup import full_id
from .._errors import InvalidOption
from .._invocation import Result
from .._names.arm_id import parse as parse_id
from .._names.references import UNVERSIONED, Reference, parse
from .._service.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class Referable:
    """An entry that deployments may refer to; ``predict`` says what publishing it would do, None if it has no versions.

    ``key``: what is used for its id until that is known.
    """

    entry: Entry
    predict: t.Callable[[], Result] | None = None

    @property
    def key(self) -> str:
        return self.entry.at

    @functools.cached_property
    def predicted(self) -> Result:
        return t.cast("t.Callable[[], Result]", self.predict)()

    @property
    def predicted_version(self) -> str:
        return str(self.predicted.values[self.entry.resource.name]["version"])

    @property
    def is_new(self) -> bool:
        """Whether the run publishes a version, so that it becomes the latest."""
        return self.predicted.changed and not self.predicted.before


def short_id(text: str, workspace: Workspace) -> str:
    """An id of this workspace as collection, name and version; any other text as it is."""
    found = parse_id(text)
    if found is None or found.workspace != workspace.id:
        return text
    return "/".join(part for part in (found.collection, found.name, found.version) if part)


class EntryReferences:
    """Resolves references among the entries of a role, and to resources of the workspace.

    ``own``: collection in the ARM path -> the entries whose resources the role publishes or manages.
    """

    def __init__(self, own: t.Mapping[str, t.Sequence[Referable]], workspace: Workspace, warn: Warn | None) -> None:
        self._own = own
        self._workspace = workspace
        self._warn = warn
        self._ids: dict[tuple[str, str], str] = {}

    def resolve(self, text: str, kind: str, option: str) -> str:
        """The key of an entry, or the id of a resource that exists.

        Raises InvalidOption, naming ``option``, if the text is ambiguous or means nothing. The prediction of an entry
        and a resource of the workspace cost requests, an entry by its name costs none.
        """
        named = self._named(text.removeprefix("azureml:"), kind)
        if named and (kind in UNVERSIONED or len(named) == 1):
            return named[0].key
        if named:
            forms = " or ".join(f"{one.entry.name}:{one.entry.version}" for one in named)
            raise InvalidOption(
                f"{option}: {text!r} may be any of {', '.join(one.key for one in named)}. Write which: {forms}."
            )
        try:
            reference = self._as_name(parse(text, kind))
        except ValueError as error:
            raise InvalidOption(f"{option}: {error}.") from None
        return self._own_version(reference, option) or self._existing(text, kind, option)

    def content(self, key: str) -> str:
        """What a key of ``resolve`` refers to, the same text in every run: collection, name and version.

        The version of an entry is predicted; an id of another workspace or a registry is itself.
        """
        for kind, entries in self._own.items():
            for one in entries:
                if one.key == key:
                    return f"{kind}/{one.entry.name}" + (f"/{one.predicted_version}" if one.predict else "")
        return short_id(key, self._workspace)

    def _named(self, name: str, kind: str) -> list[Referable]:
        same = str.lower if kind in UNVERSIONED else str
        return [one for one in self._own.get(kind, ()) if same(one.entry.name) == same(name)]

    def _as_name(self, reference: Reference) -> Reference:
        """A full id of this workspace as name and version."""
        found = parse_id(reference.id) if reference.id else None
        if found is None or found.workspace != self._workspace.id:
            return reference
        return Reference(reference.kind, name=found.name, version=found.version, label=found.label)

    def _own_version(self, reference: Reference, option: str) -> str | None:
        """The entry that gives this version, or that will publish it; None if another version is meant."""
        named = self._named(reference.name, reference.kind)
        if reference.kind in UNVERSIONED:
            return named[0].key if named else None
        if reference.label is not None:
            return next((one.key for one in reversed(named) if one.is_new), None)
        for one in named:
            if one.entry.version == reference.version:
                return one.key
        unversioned = next((one for one in named if one.entry.version is None), None)
        if unversioned is None or self._exists(reference):
            return None
        if unversioned.predicted_version != reference.version:
            raise InvalidOption(
                f"{option}: there is no version {reference.version} of {reference.name}, and {unversioned.key} is "
                f"version {unversioned.predicted_version}. Write {reference.name} alone for that one, or correct the "
                "version."
            )
        return unversioned.key

    def _exists(self, reference: Reference) -> bool:
        path = f"{reference.kind}/{reference.name}/versions/{reference.version}"
        return self._workspace.arm.get(self._workspace.path(path)) is not None

    def _existing(self, text: str, kind: str, option: str) -> str:
        """The id of something that exists; each is looked up once. In check mode a missing one is only reported."""
        if (kind, text) not in self._ids:
            self._ids[kind, text] = self._looked_up(text, kind, option)
        return self._ids[kind, text]

    def _looked_up(self, text: str, kind: str, option: str) -> str:
        try:
            target = full_id(text, kind, option, self._workspace)
        except InvalidOption as error:
            if self._warn is None:
                raise
            self._warn(f"{error} The run will fail unless an earlier task does.")
            return text
        if target.startswith("/") and self._workspace.arm.get(target) is None:
            complaint = f"{option}: {text} does not exist ({target})"
            report_missing(complaint, "Create it first, or correct the reference.", self._warn)
        return target
