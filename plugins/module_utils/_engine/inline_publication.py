# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Publishes the assets that a definition describes inline, before the resource that refers to them is written.

First everything is predicted, so that nothing is written if anything is wrong; then only what is needed is published.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import typing as t

from .._errors import InvalidOption
from .._invocation import Result
from .._names.dotted_path import get_at
from .._schema.asset_type import AssetType
from .._schema.component_values import is_whole, references
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .._types.code import CODE
from .._types.component import COMPONENT
from .._types.environment import ENVIRONMENT
from .._types.model import MODEL
from .asset_spec import asset_spec
from .definition import NAME, Document, read_document
from .desired_version import complete_component
from .inline_assets import InlineAsset, inline_assets_of, with_ids
from .inline_references import PLACEHOLDER, own_name
from .publication import Labels, Publication
from .published import PUBLISHED, Published
from .steps import State
from .version_search import Version

ASSETS: dict[str, AssetType] = {asset.collection: asset for asset in (CODE, MODEL, ENVIRONMENT, COMPONENT)}
_NO_VERSION = "azureml:described:0"
"""Holds the place of an inline asset while versions are searched: no label, which would be looked up."""

Results = t.Mapping[str, Result]
"""What becomes of each inline asset, by the option or path that describes it."""


class InlinePublication:
    """The inline assets of one definition, each under a name that is used if it has none of its own."""

    def __init__(self, members: t.Mapping[str, _Member]) -> None:
        self._members = members

    def __bool__(self) -> bool:
        return bool(self._members)

    @property
    def paths(self) -> t.Collection[str]:
        """Where in the definition each asset is described."""
        return self._members.keys()

    @classmethod
    def read(cls, assets: t.Mapping[str, tuple[InlineAsset, str]], workspace: Workspace) -> InlinePublication:
        """Reads local files, sends no request. Raises InvalidOption for what is wrong with one asset by itself."""
        return cls({at: _Member(asset, name, workspace) for at, (asset, name) in assets.items()})

    def predict(self, current: t.Mapping[str, str | None]) -> Results:
        """What publishing would do. ``current``: ids that are referred to now, and stay if they hold the content."""
        return {at: member.predict(current.get(at)) for at, member in self._members.items()}

    def planned(self, current: t.Mapping[str, str | None]) -> tuple[Published, PublishInline | None]:
        """What publishing would do, as ``predict``, and the step that does it; None if nothing has to be published."""
        predicted = self.predict(current)
        published = self.published(predicted)
        return published, PublishInline(published.lines, self, predicted) if published.changed else None

    def same(self, ids: t.Mapping[str, str]) -> Results | None:
        """The versions with these ids, if each holds the content of its asset; None if one does not."""
        results = {}
        for at, member in self._members.items():
            if (result := member.referred_to(ids[at])) is None:
                return None
            results[at] = result
        return results

    def publish(self, predicted: Results) -> Results:
        """Publish what is predicted to change."""
        return {at: self._members[at].publish() if result.changed else result for at, result in predicted.items()}

    def published(self, results: Results) -> Published:
        """Results as the plan around them sees them."""
        changed = {at: result for at, result in results.items() if result.changed}
        return Published(
            {at: self._members[at].id_in(result) for at, result in results.items()},
            tuple(
                target
                for at, result in changed.items()
                for target in (*result.values.get(PUBLISHED, ()), self._members[at].id_in(result))
            ),
            tuple(line for result in changed.values() for line in result.values["steps"]),
        )


@dataclasses.dataclass(frozen=True)
class PublishInline:
    """The step that publishes inline assets."""

    lines: tuple[str, ...]
    assets: InlinePublication
    predicted: Results

    def execute(self, _target: t.Any, state: State) -> State:
        results = self.assets.publish(self.predicted)
        return dataclasses.replace(state, published=self.assets.published(results))


class _Member:
    """One inline asset, published as a task of its own; what is wrong with it is located in the definition around."""

    def __init__(self, inline: InlineAsset, name: str, workspace: Workspace) -> None:
        self._path = f"{NAME}.{inline.path}"
        self._asset = ASSETS[inline.kind]
        with self._located():
            document = read_document(inline.definition)
            self._is_nameless = document.tree.get("name") is None
            options = self._options(document, name if self._is_nameless else None, workspace)
            self._versions = f"/{self._asset.container_path.format_map(options)}/versions/"
            self._publication: Publication | ComponentPublication
            if self._asset is COMPONENT:
                self._publication = ComponentPublication.read(options, workspace)
            else:
                self._publication = Publication.read(self._asset, options, workspace)

    def _options(self, document: Document, name: str | None, workspace: Workspace) -> Options:
        spec = asset_spec(self._asset)
        given = {**dict.fromkeys(spec.arguments), "name": name, NAME: document}
        return spec.completed(given, workspace.invocation.register_secret)

    def same(self, version_id: str | None) -> Result | None:
        with self._located():
            return self._publication.same(version_id)

    def referred_to(self, version_id: str) -> Result | None:
        """The version with this id, if it holds the content; those under the own name are searched once for all ids."""
        if self._versions not in version_id:
            return self.same(version_id)
        return self._own if self.id_in(self._own) == version_id else None

    def predict(self, current: str | None) -> Result:
        return self.same(current) or self._own

    @functools.cached_property
    def _own(self) -> Result:
        """What publishing under the own name would do."""
        with self._located():
            predicted = self._publication.predict()
            anonymous = self._publication.anonymous() if self._is_nameless and predicted.changed else None
            return anonymous or predicted

    def publish(self) -> Result:
        with self._located():
            return self._publication.publish()

    def id_in(self, result: Result) -> str:
        return str(result.values[self._asset.name]["id"])

    @contextlib.contextmanager
    def _located(self) -> t.Iterator[None]:
        try:
            yield
        except InvalidOption as error:
            text = str(error)
            inner = text.startswith(f"{NAME}.")
            raise InvalidOption(f"{self._path}{text[len(NAME) :] if inner else f': {text}'}") from None


class _Predicted(t.NamedTuple):
    """What publishing a component will do: the component itself, and its inline assets.

    ``not_compared``: parts of it of which nothing shows whether the current version has them.
    """

    publication: Publication
    published: Published
    results: Results
    not_compared: t.Sequence[str] = ()


class ComponentPublication:
    """A component with the assets that its definition describes inline."""

    def __init__(self, options: Options, assets: InlinePublication, workspace: Workspace) -> None:
        """``options``: with a definition that has all references of the task; see ``read``."""
        self._options = options
        self._assets = assets
        self._workspace = workspace
        self._labels: Labels = {}

    @classmethod
    def read(cls, options: Options, workspace: Workspace) -> ComponentPublication:
        """Reads local files, sends no request. Raises InvalidOption for what is wrong with the task by itself."""
        definition = complete_component(options)
        inline = {asset.path: asset for asset in inline_assets_of(definition or {})}
        named = {path: (asset, own_name(options["name"], path)) for path, asset in inline.items()}
        filled = _with_ids(options, definition, dict.fromkeys(inline, PLACEHOLDER))
        Publication.read(COMPONENT, filled, workspace)  # what is wrong with the component itself comes first
        return cls({**options, NAME: definition}, InlinePublication.read(named, workspace), workspace)

    def same(self, version_id: str | None) -> Result | None:
        """The version with this id, if it does the same with the same assets."""
        current = self._publication(self._placeholders).referred_to(version_id)
        adopted = self._adopted(current) if current is not None else None
        return adopted.publication.kept(t.cast(Version, current)) if adopted else None

    def anonymous(self) -> Result | None:
        """None: components without a name cannot be searched."""
        return None

    def predict(self) -> Result:
        """What publishing would do. Nothing is written."""
        predicted = self._predicted
        return self._with(predicted.published, predicted.publication.predict())

    def publish(self) -> Result:
        """Make a version exist that does this, its inline assets first."""
        publication, published, results, _unseen = self._predicted
        if published.changed:
            publication.predict()  # nothing is published if anything is wrong with the component
            published = self._assets.published(self._assets.publish(results))
            publication = self._publication(published.ids, published.changed)
        return self._with(published, publication.publish())

    @functools.cached_property
    def _predicted(self) -> _Predicted:
        """A version that others made of equal assets under other names counts as well as one of ours."""
        if self._assets:
            for current in self._publication(self._placeholders).candidates():
                if adopted := self._adopted(current):
                    return adopted
        return self._own

    @functools.cached_property
    def _own(self) -> _Predicted:
        """The component with its inline assets under the names that they have here."""
        results = self._assets.predict({})
        published = self._assets.published(results)
        return _Predicted(self._publication(published.ids, published.changed), published, results)

    def _adopted(self, current: Version) -> _Predicted | None:
        """The component as this version is made; None if it does something else, or with other assets."""
        spec = get_at(current, COMPONENT.spec_at or "") or {}
        if not is_whole(spec):
            return self._adopted_unseen(current)
        made_of = references(spec)
        ids = {path: made_of.get(path) or _NO_VERSION for path in self._assets.paths}
        publication = self._publication(ids)
        results = self._assets.same(ids) if publication.means(current) else None
        if results is None:
            return None
        return _Predicted(publication.on(current), self._assets.published(results), results)

    def _adopted_unseen(self, current: Version) -> _Predicted | None:
        """The same for a version whose assets the service does not return: its hash knows them under our names.

        A version without a hash is the one that the task names; what it is made of cannot be compared.
        """
        own = self._own
        if not own.publication.means(current):
            return None
        if not own.publication.not_compared(current):
            return own._replace(publication=own.publication.on(current))
        words = Publication.read(COMPONENT, {**self._options, NAME: None}, self._workspace)
        return _Predicted(words.on(current), Published(), {}, own.publication.not_compared(current))

    @property
    def _placeholders(self) -> dict[str, str]:
        return dict.fromkeys(self._assets.paths, _NO_VERSION)

    def _publication(self, ids: t.Mapping[str, str], published: t.Collection[str] = ()) -> Publication:
        options = _with_ids(self._options, self._options[NAME], ids)
        return Publication.read(COMPONENT, options, self._workspace, published, self._labels)

    def _with(self, published: Published, result: Result) -> Result:
        """The result of the component with what becomes of its inline assets."""
        if not self._assets:
            return result
        changed = list(published.changed)
        after = {**result.after, PUBLISHED: changed} if changed else result.after
        values = {**result.values, PUBLISHED: changed, "steps": [*published.lines, *result.values["steps"]]}
        if self._predicted.not_compared:
            values["not_compared"] = list(self._predicted.not_compared)
        return Result(result.changed or bool(changed), values, result.before, after)


def _with_ids(options: Options, definition: t.Any, ids: t.Mapping[str, str]) -> Options:
    return {**options, NAME: with_ids(definition, ids) if definition else definition}
