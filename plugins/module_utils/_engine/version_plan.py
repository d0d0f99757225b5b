# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The plan for one version of an asset: publish it, change what is said about it, or nothing. Pure functions."""

from __future__ import annotations

import copy
import typing as t

from .._local.files import Content
from .._names.dotted_path import delete_at, set_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED_AT, STAGE_AT
from .desired_version import DesiredVersion
from .difference import Comparison, diff_words
from .plan import Plan
from .steps import Step
from .version_body import compare_version, uploaded_uri, version_body, version_update, version_words
from .version_steps import Register, UpdateVersion, Upload

if t.TYPE_CHECKING:
    from .._service.datastore_storage import Datastore


def plan_publication(
    desired: DesiredVersion, version: str, path: str, datastore: Datastore | None, uri: str | None
) -> Plan:
    """The plan that publishes a version at an ARM path.

    ``uri``: where the files are if they have been uploaded already; else they go into ``datastore``, or into a
    container that the service opens for them.
    """
    steps: list[Step] = []
    if desired.files and uri is None:
        steps.append(Upload((_upload_line(desired.files, datastore),), datastore))
        uri = uploaded_uri(desired, datastore) if datastore else None
    steps.append(Register((f"publish {desired.title_of(version)}",)))
    predicted = {**version_body(desired, uri, version), "id": path}
    return Plan(tuple(steps), {}, version_words(desired, version), predicted)


def plan_version_update(desired: DesiredVersion, current: dict[str, Json]) -> Plan:
    """The plan for a version that holds the content: what is said about it, or whether it is archived, may differ."""
    comparison = compare_version(desired, current)
    if comparison.action == "none":
        return Plan((), {}, {}, current)
    version = {"version": current["name"]}
    before, after = ({**words, **version} for words in diff_words(comparison))
    line = f"{_verb(comparison)} {desired.title_of(current['name'])}"
    step = UpdateVersion((line,), version_update(desired, comparison))
    return Plan((step,), before, after, _predicted(comparison))


def _upload_line(files: Content, datastore: Datastore | None) -> str:
    number = len(files.files)
    what = f"upload {number} {'file' if number == 1 else 'files'} of {files.path}"
    return f"{what} into datastore {datastore.name}" if datastore else what


def _verb(comparison: Comparison) -> str:
    changed = {difference.field.at: difference.desired for difference in comparison.differences}
    verbs = [] if changed.keys() == {ARCHIVED_AT} else ["update"]
    if ARCHIVED_AT in changed:
        verbs.append("archive" if changed[ARCHIVED_AT] else "restore")
    return " and ".join(verbs)


def _predicted(comparison: Comparison) -> dict[str, Json]:
    """The version after the update. The service chooses the stage of one that is archived or restored."""
    predicted = copy.deepcopy(t.cast("dict[str, Json]", comparison.current))
    changes = {difference.field.at: difference.desired for difference in comparison.differences}
    if ARCHIVED_AT in changes:
        delete_at(predicted, STAGE_AT)
    for at, value in changes.items():
        set_at(predicted, at, value)
    return predicted
