# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Publishes one version of an asset: search for its content, plan, apply."""

from __future__ import annotations

import collections
import functools
import typing as t

from .._invocation import Result
from .._names.json_types import Json
from .._schema.asset_type import AssetType
from .._schema.component_values import Place
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .definition import NAME
from .desired_version import DesiredVersion, read_version
from .plan import Plan
from .prerequisite import warn_in_check_mode
from .reference_lookup import require_target, resolve_label
from .render import render
from .same_content import is_meant, not_compared
from .version_plan import plan_publication, plan_version_update
from .version_search import Found, Version, VersionSearch
from .version_steps import VersionState, VersionTaken, VersionTarget, version_path

ROUNDS = 3  # for one version; if it is taken each time, the service refuses it for another reason

Labels = dict[tuple[str, str], str]
"""Collection and reference -> what the reference means now."""


class Publication:
    """One version that a task asks for. ``published``: ids that will exist by the time that it is registered."""

    def __init__(
        self,
        desired: DesiredVersion,
        workspace: Workspace,
        published: t.Collection[str] = (),
        found: Found | None = None,
        labels: Labels | None = None,
    ) -> None:
        """``found``: the version that the task means, if it is known. ``labels``: what is resolved already."""
        self.asset = desired.asset
        self.published = published
        self._found = found
        self._labels = {} if labels is None else labels
        self._given = desired
        self._workspace = workspace
        self._warn = warn_in_check_mode(workspace.invocation)

    @classmethod
    def read(
        cls,
        asset: AssetType,
        options: Options,
        workspace: Workspace,
        published: t.Collection[str] = (),
        labels: Labels | None = None,
    ) -> Publication:
        """Reads local files, sends no request. Raises InvalidOption for what is wrong with the task by itself."""
        publication = cls(read_version(asset, options, workspace.id), workspace, published, labels=labels)
        for _option, secret in publication._given.secrets:
            workspace.http.register_secret(secret)
        return publication

    def candidates(self) -> t.Iterator[Version]:
        """The versions that the task may mean."""
        return self._search.candidates()

    def referred_to(self, version_id: str | None) -> Version | None:
        """The version with this id, whatever its name, if the task gives no version."""
        return self._search.referred_to(version_id)

    def means(self, current: Version) -> bool:
        """True for a version with the content of the task."""
        return is_meant(self._desired, current)

    def not_compared(self, current: Version) -> list[str]:
        """The parts of the task's content of which nothing shows whether the version has them."""
        return not_compared(self._desired, current)

    def on(self, current: Version) -> Publication:
        """The same for a task that means this version."""
        found = Found(current["name"], current, is_listed=True)
        return Publication(self._given, self._workspace, self.published, found, self._labels)

    def kept(self, current: Version) -> Result:
        """The result of a task that leaves this version as it is."""
        return self._result(Plan((), {}, {}), current)

    def same(self, version_id: str | None) -> Result | None:
        """The version with this id, whatever its name, if it holds the content of a task that gives no version."""
        current = self._search.same(version_id)
        return None if current is None else self.kept(current)

    def anonymous(self) -> Result | None:
        """The same content as another client registered it without a name."""
        current = self._search.anonymous()
        return None if current is None else self.kept(current)

    def predict(self) -> Result:
        """What publishing would do. Nothing is written."""
        found = self._found or self._search.find()
        plan = self._plan(found, None)
        return self._result(plan, plan.predicted, predicted=found.current is None)

    def publish(self) -> Result:
        """Make a version with the content exist. A version that is taken meanwhile leads to another plan."""
        lost: collections.Counter[str] = collections.Counter()
        state = VersionState()
        done: list[str] = []
        while True:
            found = self._found or self._search.find()
            plan = self._plan(found, state.uri)
            if plan.steps and found.is_listed:
                found = self._search.read(found)
                plan = self._plan(found, state.uri)
            target = VersionTarget(self._desired, self._workspace, found.version)
            state = VersionState(found.current, state.uri)
            try:
                for step in plan.steps:
                    state = step.execute(target, state)
                    done += step.lines
            except VersionTaken as taken:
                lost[found.version] += 1
                if lost[found.version] == ROUNDS:
                    raise taken.refusal from None
                state = taken.state
                continue
            return self._result(plan, state.current or found.current, done)

    @functools.cached_property
    def _desired(self) -> DesiredVersion:
        """With ``@latest`` replaced by the version that it means now."""

        def resolve(place: Place) -> str:
            key = place.kind, place.text
            if key not in self._labels:
                option = f"{NAME}.{place.path}"
                self._labels[key] = resolve_label(place.text, place.kind, option, self._workspace, self._warn)
            return self._labels[key]

        return self._given.with_references(resolve)

    @functools.cached_property
    def _search(self) -> VersionSearch:
        return VersionSearch(self._desired, self._workspace)

    def _plan(self, found: Found, uri: str | None) -> Plan:
        desired = self._desired
        if found.current is not None:
            return plan_version_update(desired, found.current)
        self._require_references()
        self._warn_of_secrets()
        datastore = None
        if desired.files and uri is None and not desired.is_pending_upload:
            from .._service.datastore_storage import open_datastore

            datastore = open_datastore(self._workspace, desired.options.get("datastore"))
        path = version_path(self.asset, desired.options, found.version, self._workspace)
        return plan_publication(desired, found.version, path, datastore, uri)

    def _warn_of_secrets(self) -> None:
        for option in dict.fromkeys(option for option, _secret in self._given.secrets):
            self._workspace.invocation.warn(
                f"{option}: the service stores the URL with its signature, which everybody can read who can read the "
                "workspace, and which expires. Better register a datastore, and give the place in it."
            )

    def _require_references(self) -> None:
        """Raises InvalidOption for a reference to something absent, before any write."""
        for place in self._desired.places:
            if place.text.startswith("/") and place.text not in self.published:
                require_target(place.text, f"{NAME}.{place.path}", self._workspace, self._warn)
        for option, name in self._desired.referenced_datastores:
            require_target(self._workspace.path(f"datastores/{name}"), option, self._workspace, self._warn)

    def _result(
        self, plan: Plan, current: Json, lines: t.Sequence[str] | None = None, *, predicted: bool = False
    ) -> Result:
        shown = render(self.asset, current, self._workspace.id, predicted=predicted)
        steps = list(plan.lines if lines is None else lines) if plan.steps else []
        values = {self.asset.name: shown, "steps": steps}
        if parts := not_compared(self._desired, current):
            values["not_compared"] = parts
        return Result(bool(plan.steps), values, plan.before, plan.after)
