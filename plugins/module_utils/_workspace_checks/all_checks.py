# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""All checks by name, in the order in which they run, and how one of them is run."""

from __future__ import annotations

import dataclasses
import typing as t

from . import (
    clock_skew,
    container_registry,
    datastore,
    diagnosis,
    identities,
    inputs,
    names,
    network,
    permissions,
    quota,
    references,
    region_limits,
    scoring_host,
    token_audiences,
    vm_sizes,
    workspace_state,
)
from .finding import Finding, Found, Unknown, Unreadable
from .intended import Intended
from .surfaces import Surfaces

PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"

Check = t.Callable[[Intended, Surfaces], t.Iterator[Found]]

# Without these two, nothing else can be asked.
FIRST: t.Mapping[str, Check] = {"token_audiences": token_audiences.check, "workspace": workspace_state.check}
CHECKS: t.Mapping[str, Check] = {
    "clock_skew": clock_skew.check,
    "diagnosis": diagnosis.check,
    "permissions": permissions.check,
    "vm_sizes": vm_sizes.check,
    "quota": quota.check,
    "region_limits": region_limits.check,
    "datastore": datastore.check,
    "network": network.check,
    "container_registry": container_registry.check,
    "identities": identities.check,
    "names": names.check,
    "references": references.check,
    "inputs": inputs.check,
    "scoring_host": scoring_host.check,
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one check found."""

    name: str
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]

    @property
    def result(self) -> str:
        if self.findings:
            return FAILED
        return UNKNOWN if self.unknown else PASSED


def run_all(intended: Intended, observed: Surfaces) -> t.Iterator[Outcome]:
    """Run the checks. If the workspace does not answer, the others are unknown."""
    outcomes = [run_one(name, check, intended, observed) for name, check in FIRST.items()]
    yield from outcomes
    reason = _unanswered(observed)
    for name, check in CHECKS.items():
        yield run_one(name, check, intended, observed) if reason is None else Outcome(name, (), (reason,))


def run_one(name: str, check: Check, intended: Intended, observed: Surfaces) -> Outcome:
    """What a check finds before, and until, a surface that it needs gives no answer."""
    found: list[Found] = []
    try:
        found.extend(check(intended, observed))
    except Unreadable as failed:
        found.append(failed.unknown)
    return Outcome(
        name,
        tuple(dict.fromkeys(one for one in found if isinstance(one, Finding))),
        tuple(dict.fromkeys(one for one in found if isinstance(one, Unknown))),
    )


def _unanswered(observed: Surfaces) -> Unknown | None:
    try:
        observed.workspace_answer  # noqa: B018 - asked for its failure
    except Unreadable as failed:
        return failed.unknown
    return None
