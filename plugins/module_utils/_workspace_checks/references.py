# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What deployments and jobs refer to: it has to exist, or to be among the entries."""

from __future__ import annotations

import typing as t

from .._engine.entry import Entry
from .._engine.reference_lookup import NEWEST_FIRST
from .._names.references import UNVERSIONED, Reference, expand, parse
from .finding import ERROR, Finding, Found, Unreadable
from .intended import Intended, references
from .surfaces import Surfaces


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``reference_absent``. Assets of registries are left to the check of permissions."""
    for entry in (*intended.deployments, *intended.assets.get("components", ())):
        for option, kind, text in references(entry):
            try:
                yield from _check_one(entry, option, kind, text, intended, observed)
            except Unreadable as failed:
                yield failed.unknown
    if intended.is_scoring:
        yield from _route(intended, observed)


def _check_one(
    entry: Entry, option: str, kind: str, text: str, intended: Intended, observed: Surfaces
) -> t.Iterator[Found]:
    plain = text.removeprefix("azureml:")
    if intended.publishes(kind, plain):
        return
    try:
        reference = parse(text, kind)
    except ValueError as error:
        yield _finding(entry.at, option, f"{option}: {text!r} is no reference", f"{error}.")
        return
    if intended.publishes(kind, reference.name) or _is_of_registry(reference):
        return
    if not _exists(reference, text, kind, intended, observed):
        why = f"There is no such resource in {kind} of the workspace, and no entry creates it."
        yield _finding(entry.at, option, f"{option}: {text} does not exist", why)


def _exists(reference: Reference, text: str, kind: str, intended: Intended, observed: Surfaces) -> bool:
    if reference.label is not None:
        path = intended.workspace.child(kind, reference.name, "versions")
        return bool(observed.children(path, f"versions of {reference.name}", **NEWEST_FIRST))
    return observed.child(expand(text, kind, intended.workspace), f"the reference {text}") is not None


def _is_of_registry(reference: Reference) -> bool:
    return (reference.id or "").startswith("azureml://registries/") and reference.kind not in UNVERSIONED


def _finding(at: str, option: str, what: str, why: str) -> Finding:
    return Finding("reference_absent", ERROR, f"{at}.{option}", what, why, "Create it first, or correct the reference.")


def _route(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """The endpoint of the jobs, and the deployments that they name."""
    name = intended.scoring_endpoint
    if name is None or intended.manages_endpoint(name):
        planned = {deployment.name.lower() for deployment in intended.deployments}
    else:
        planned = set()
        path = intended.workspace.child("batchEndpoints", name)
        if observed.child(path, "the endpoint") is None:
            yield _finding("jobs", "endpoint_name", f"there is no batch endpoint {name}", "Its jobs cannot be started.")
            return
    for job in intended.jobs:
        deployment = job.options.get("deployment_name")
        if name is None or not deployment or deployment.lower() in planned:
            continue
        path = intended.workspace.child("batchEndpoints", name, "deployments", deployment)
        if observed.child(path, "a deployment") is None:
            what = f"endpoint {name} has no deployment {deployment}"
            yield _finding(job.at, "deployment_name", what, "No entry creates it.")
