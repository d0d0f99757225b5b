# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How many endpoints and deployments there are in the region, and how many the service allows."""

from __future__ import annotations

import typing as t

from .finding import ERROR, Finding, Found, Unknown
from .intended import Intended
from .rights import Action, missing
from .surfaces import ML, Surfaces

# Service fact: operations contract 1.1. They have no call, and count all kinds of endpoints.
ENDPOINTS, DEPLOYMENTS, OF_ONE_ENDPOINT = 100, 500, 20
_KINDS = ("batchendpoints", "onlineendpoints")
_READ = tuple(Action(f"{ML}/workspaces/{kind}/read") for kind in ("batchEndpoints", "onlineEndpoints"))


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``endpoint_limit``, ``deployment_limit``, ``deployments_of_endpoint``."""
    if intended.endpoint is None:
        return
    path = intended.workspace.child("batchEndpoints", intended.endpoint.name)
    is_new = observed.child(path, "the endpoint") is None
    known = [] if is_new else observed.children(f"{path}/deployments", "the deployments of the endpoint")
    names = {str(one["name"]).lower() for one in known}
    new = [deployment for deployment in intended.deployments if deployment.name.lower() not in names]
    if new and len(names) + len(new) > OF_ONE_ENDPOINT:
        yield _finding(
            "deployments_of_endpoint",
            f"endpoint {intended.endpoint.name}",
            f"it has {len(names)} deployments, and {len(new)} are to be created",
            f"An endpoint has at most {OF_ONE_ENDPOINT}.",
        )
    yield from _regional(intended, observed, int(is_new), len(new))


def _regional(intended: Intended, observed: Surfaces, endpoints: int, deployments: int) -> t.Iterator[Found]:
    counts = {
        "endpoint": (endpoints, ENDPOINTS, [f"{ML}/workspaces/{kind}" for kind in _KINDS]),
        "deployment": (deployments, DEPLOYMENTS, [f"{ML}/workspaces/{kind}/deployments" for kind in _KINDS]),
    }
    if not endpoints and not deployments:
        return
    reads_all = not missing(observed.permissions(f"/subscriptions/{intended.workspace.subscription_id}"), _READ)
    for word, (new, limit, kinds) in counts.items():
        count = len(observed.graph(_query(kinds, observed.region))) if new else 0
        if count + new > limit and new:
            yield _finding(
                f"{word}_limit",
                f"the region {observed.region}",
                f"it has {count} {word}s, and {new} {'is' if new == 1 else 'are'} to be created",
                f"A subscription has at most {limit} of all kinds in a region.",
            )
        elif new and not reads_all:
            yield Unknown(
                f"the region {observed.region}",
                f"how many {word}s the subscription has in {observed.region} is not known",
                f"Resource Graph shows {count} that the caller can read, and there may be others.",
                f"{_READ[0].name} and {_READ[1].name} at the subscription",
            )


def _query(kinds: t.Iterable[str], region: str) -> str:
    types = ", ".join(f"'{kind.lower()}'" for kind in kinds)
    return f"resources | where type in~ ({types}) | where location =~ '{region}' | project id"


def _finding(kind: str, subject: str, what: str, why: str) -> Finding:
    return Finding(kind, ERROR, subject, f"{subject}: {what}", why, "Delete what is not used, or take another region.")
