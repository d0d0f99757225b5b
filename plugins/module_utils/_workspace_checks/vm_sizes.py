# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the sizes of the planned machines exist in their region, and support what they are for."""

from __future__ import annotations

import typing as t

from .._names.json_types import JsonObject
from .clusters import Cluster, find_clusters
from .finding import ERROR, Finding, Found
from .intended import Intended
from .surfaces import Surfaces


def check(intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``vm_size_absent``, ``vm_size_unsupported``, ``vm_size_low_priority``. Service fact: operations contract 1."""
    for cluster in find_clusters(intended, observed):
        if not cluster.is_new:
            continue
        size = find_size(observed.of_region("vmSizes", cluster.region), cluster.size)
        if size is None:
            yield _finding("vm_size_absent", cluster, f"there is no size {cluster.size} in {cluster.region}")
        elif not _supports(size, cluster.kind):
            kinds = ", ".join(size["supportedComputeTypes"]) or "nothing"
            yield _finding("vm_size_unsupported", cluster, f"size {cluster.size} is for {kinds}, not {cluster.kind}")
        elif cluster.is_low_priority and size.get("lowPriorityCapable") is False:
            yield _finding("vm_size_low_priority", cluster, f"size {cluster.size} has no low priority")


def find_size(sizes: t.Iterable[JsonObject], name: str) -> JsonObject | None:
    """The size of this name, which has no case."""
    return next((size for size in sizes if str(size.get("name")).lower() == name.lower()), None)


def _supports(size: JsonObject, kind: str) -> bool:
    """A size that names no kinds supports all of them, as far as is known."""
    kinds = size.get("supportedComputeTypes")
    return kinds is None or kind.lower() in (str(one).lower() for one in kinds)


def _finding(kind: str, cluster: Cluster, what: str) -> Finding:
    why = f"Creating {cluster.name} would fail."
    return Finding(kind, ERROR, cluster.subject, what, why, "Choose another size, or another region.")
