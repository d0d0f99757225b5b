# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What is to be done in the workspace: the entries of the roles, read as their modules read them."""

from __future__ import annotations

import dataclasses
import typing as t

from .._engine.entry import Entry
from .._engine.validate import check_options
from .._errors import InvalidOption
from .._jobs.inputs_outputs import Input, parse_inputs
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .finding import Finding

COMPUTES, DATA = "computes", "data"


@dataclasses.dataclass(frozen=True)
class Intended:
    """All entries.

    - ``assets``: collection in the ARM path -> entries that are published there
    - ``endpoint``: the entry of an endpoint that is managed, ``default`` the deployment that becomes its default
    - ``endpoint_name``: the endpoint that scores
    - ``flaws``: entries that could not be read
    """

    workspace: WorkspaceId
    endpoint: Entry | None = None
    deployments: tuple[Entry, ...] = ()
    computes: tuple[Entry, ...] = ()
    assets: t.Mapping[str, tuple[Entry, ...]] = dataclasses.field(default_factory=dict)
    endpoint_name: str | None = None
    default: str | None = None
    jobs: tuple[Entry, ...] = ()
    flaws: tuple[Finding, ...] = ()

    @property
    def entries(self) -> list[Entry]:
        """All entries that name a resource which they create or update."""
        published = [entry for entries in self.assets.values() for entry in entries]
        managed = [self.endpoint] if self.endpoint else []
        return [*managed, *self.computes, *published, *self.deployments]

    @property
    def scoring_endpoint(self) -> str | None:
        """The name of the endpoint that the jobs go to, or else of the one that is managed."""
        return self.endpoint_name or (self.endpoint.name if self.endpoint else None)

    def manages_endpoint(self, name: str) -> bool:
        """Whether the endpoint of this name is one that the task creates or updates."""
        return self.endpoint is not None and self.endpoint.name.lower() == name.lower()

    @property
    def is_scoring(self) -> bool:
        return bool(self.jobs)

    @property
    def uploads(self) -> bool:
        """Whether local files may be uploaded to the default datastore."""
        return any(self.assets.values())

    def publishes(self, kind: str, name: str) -> bool:
        """Whether one of the entries has this name, so that a reference to it means what is published."""
        if kind == COMPUTES:
            return any(entry.name.lower() == name.lower() for entry in self.computes)
        return any(entry.name == name for entry in self.assets.get(kind, ()))

    def inputs(self) -> t.Iterator[tuple[Entry, Input]]:
        """Each input of each job. Those of jobs whose inputs are no inputs are in ``flaws``."""
        for job in self.jobs:
            if job.options.get("inputs"):
                for item in parse_inputs(job.options["inputs"]):
                    yield job, item

    def json(self, entry: Entry) -> dict[str, Json]:
        """The options of an entry as JSON by their path. Empty if one of them is wrong, which is in ``flaws``."""
        try:
            return check_options(entry.table, entry.options, self.workspace)
        except InvalidOption:
            return {}


def references(entry: Entry) -> t.Iterator[tuple[str, str, str]]:
    """Option, collection and text of each reference that an entry gives."""
    seen = set()
    for table in entry.resource.tables:
        for field in table.fields:
            kind, text = field.value_type.reference_kind, get_at(entry.options, field.option)
            if kind is not None and isinstance(text, str) and field.option not in seen:
                seen.add(field.option)
                yield field.option, kind, text


def read_at(document: t.Mapping[str, t.Any] | None, path: str, default: t.Any = None) -> t.Any:
    """The value at a dotted path, ``default`` if it is absent or null."""
    value = get_at(t.cast("t.Any", document), path)
    return default if value is None else value
