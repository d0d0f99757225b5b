# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Names of what will be created: the service's rules, and endpoint names that are taken."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .._names.arm_id import parse as parse_id
from .finding import ERROR, Finding, Found
from .intended import Intended
from .surfaces import Surfaces

_ENDPOINTS = (
    "resources | where type in~ ('microsoft.machinelearningservices/workspaces/batchendpoints', "
    "'microsoft.machinelearningservices/workspaces/onlineendpoints') | where location =~ '{region}' and name =~ "
    "'{name}' | project id, name"
)


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``name_invalid``: against the rule; ``name_taken``: an endpoint of another workspace in the region has it.

    Endpoints in subscriptions that the caller cannot read are not seen. Service fact: operations contract 3.3.
    """
    broken = set()
    for entry in intended.entries:
        try:
            entry.resource.name_rule.check("name", entry.name, entry.resource.label)
        except InvalidOption as error:
            broken.add(entry.at)
            yield Finding(
                "name_invalid",
                ERROR,
                entry.at,
                f"{entry.name!r} cannot be the name of a {entry.resource.label}",
                error.message,
                "Choose another name.",
            )
    if intended.endpoint is not None and intended.endpoint.at not in broken:
        yield from _taken(intended.endpoint.name, intended, observed)


def _taken(name: str, intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    if observed.child(intended.workspace.child("batchEndpoints", name), "the endpoint") is not None:
        return
    for row in observed.graph(_ENDPOINTS.format(region=observed.region, name=name)):
        holder = parse_id(str(row["id"]))
        is_ours = holder is not None and holder.workspace == intended.workspace
        if not is_ours or (holder is not None and str(holder.collection).lower() != "batchendpoints"):
            yield Finding(
                "name_taken",
                ERROR,
                "endpoint",
                f"another endpoint in {observed.region} is called {name}",
                f"It is {row['id']}, and names of endpoints are unique in a region.",
                "Choose another name.",
            )
