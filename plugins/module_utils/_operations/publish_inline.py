# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Publishing what a definition describes in place of references, before the resource that refers to it is written.

First all of it is rehearsed, so that nothing is written when anything is wrong; then only that is done which is needed.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t

from .._engine.definition import NAME
from .._engine.inline_assets import Part, parts_of, with_ids
from .._errors import InvalidOption
from .._invocation import Result
from .._local.mapping_file import read_mapping
from .._schema.asset_type import AssetType
from .._schema.component_spec import with_references
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .._types.code import CODE
from .._types.component import COMPONENT
from .._types.environment import ENVIRONMENT
from .._types.model import MODEL
from .publish import Publication, Publish

PUBLISHED = "published"
ASSETS: dict[str, AssetType] = {asset.collection: asset for asset in (CODE, MODEL, ENVIRONMENT, COMPONENT)}
# Stands for a part until its id is known: a reference that can be read and that nobody looks up.
UNKNOWN = "azureml:described@latest"


class PublishComponent(Publish):
    """The verb of components, whose definitions may describe code, environments and steps in place."""

    def __init__(self) -> None:
        super().__init__(COMPONENT)

    def run(self, workspace: Workspace) -> Result:
        options = workspace.invocation.options
        if options["state"] == "absent":
            return super().run(workspace)
        return _Composition(options, workspace).present()


class Parts:
    """What one definition describes in place, by what refers to it, each with a name in case it has none of its own.

    Raises InvalidOption for what is wrong with one by itself, its local files included. Nothing is asked yet.
    """

    def __init__(self, parts: t.Mapping[str, tuple[Part, str]], workspace: Workspace) -> None:
        self._members = {at: _Member(part, name, workspace) for at, (part, name) in parts.items()}
        self._results: dict[str, Result] = {}

    def rehearse(self, current: t.Mapping[str, str | None]) -> dict[str, str]:
        """The ids that they have or will have; ``standing``: what is referred to now, which stays if it will do."""
        self._results = {at: member.rehearse(current.get(at)) for at, member in self._members.items()}
        return self._ids()

    def publish(self) -> dict[str, str]:
        """Their ids, once all of them stand."""
        for at, result in self._results.items():
            if result.changed:
                self._results[at] = self._members[at].publish()
        return self._ids()

    def _ids(self) -> dict[str, str]:
        return {at: self._members[at].id_in(result) for at, result in self._results.items()}

    @property
    def published(self) -> list[str]:
        """The ids of what was, or will be, registered or changed."""
        changed = {at: result for at, result in self._results.items() if result.changed}
        return [
            target
            for at, result in changed.items()
            for target in (*result.values.get(PUBLISHED, ()), self._members[at].id_in(result))
        ]

    def told_with(self, result: Result) -> Result:
        """The result of what refers to them, with what became of them."""
        if not self._members:
            return result
        published = self.published
        after = {**result.after, PUBLISHED: published} if published else result.after
        values = {**result.values, PUBLISHED: published}
        return Result(result.changed or bool(published), values, result.before, after)


class _Member:
    """One part."""

    def __init__(self, part: Part, name: str, workspace: Workspace) -> None:
        self.path = f"{NAME}.{part.path}"
        self.asset = ASSETS[part.kind]
        with self._located():
            own_name = read_mapping(part.definition, NAME).get("name")
            self.nameless = own_name is None
            options = self._options(part, name if self.nameless else None, workspace)
            self.work = _work(self.asset, options, workspace)

    def _options(self, part: Part, name: str | None, workspace: Workspace) -> Options:
        spec = Publish(self.asset).spec()
        given = {**dict.fromkeys(spec.arguments), "name": name, NAME: part.definition}
        return spec.completed(given, workspace.invocation.register_secret)

    def rehearse(self, current: str | None) -> Result:
        with self._located():
            if held := self.work.held_by(current):
                return held
            predicted = self.work.present(rehearsal=True)
            found = self.work.made_in_place() if self.nameless and predicted.changed else None
            return found or predicted

    def publish(self) -> Result:
        with self._located():
            return self.work.present()

    def id_in(self, result: Result) -> str:
        return str(result.values[self.asset.name]["id"])

    @contextlib.contextmanager
    def _located(self) -> t.Iterator[None]:
        try:
            yield
        except InvalidOption as error:
            text = str(error)
            inner = text.startswith(f"{NAME}.")
            raise InvalidOption(f"{self.path}{text[len(NAME) :] if inner else f': {text}'}") from None


def _work(asset: AssetType, options: Options, workspace: Workspace) -> Publication | _Composition:
    return _Composition(options, workspace) if asset is COMPONENT else Publication(asset, options, workspace)


class _Composition:
    """A component with what its definition describes in place."""

    def __init__(self, options: Options, workspace: Workspace) -> None:
        self.options = options
        self.workspace = workspace
        self.tree = self._tree()
        name = options["name"]
        found = {part.path: part for part in parts_of(self.tree or {})}
        self._publication(dict.fromkeys(found, UNKNOWN))  # what is wrong with it is told before the first request
        self.parts = Parts({at: (part, _name_below(name, at)) for at, part in found.items()}, workspace)

    def _tree(self) -> t.Any:
        """The definition with the references that the task itself gives."""
        try:
            return with_references(self.options[NAME], self.options)
        except ValueError as error:
            raise InvalidOption(f"{error}.") from None

    def _publication(self, ids: t.Mapping[str, str], promised: t.Collection[str] = ()) -> Publication:
        tree = with_ids(self.tree, ids) if self.tree else self.tree
        return Publication(COMPONENT, {**self.options, NAME: tree}, self.workspace, promised)

    @functools.cached_property
    def _rehearsed(self) -> Publication:
        ids = self.parts.rehearse({})
        return self._publication(ids, self.parts.published)

    def held_by(self, version_id: str | None) -> Result | None:
        """The version with this id, if it does the same with the same parts."""
        return None if self._rehearsed.promised else self._rehearsed.held_by(version_id)

    def made_in_place(self) -> Result | None:
        """What others registered without a name cannot be searched for."""
        return None

    def present(self, *, rehearsal: bool = False) -> Result:
        """See that a version stands that does this; in a ``rehearsal`` tell what would be done, as in check mode."""
        work = self._rehearsed
        if not work.promised:
            return self.parts.told_with(work.present(rehearsal=rehearsal))
        predicted = work.present(rehearsal=True)
        if not rehearsal and not self.workspace.invocation.check_mode:
            predicted = self._publication(self.parts.publish()).present()
        return self.parts.told_with(predicted)


def _name_below(name: str, path: str) -> str:
    """What a part of a component is called that has no name: as the component, a step with its own name after it."""
    steps = path.split(".")
    return f"{name}-{steps[1]}" if steps[0] == "jobs" else name
