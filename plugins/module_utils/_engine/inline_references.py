# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""References that hold the place of inline assets, and the names of those assets."""

from __future__ import annotations

import copy
import hashlib
import re
import typing as t

from .._names.dotted_path import set_at
from .._schema.resource_type import Options

PLACEHOLDER = "azureml:described@latest"
"""Holds the place of an inline asset until its id is known: a reference that is valid and never looked up."""

_OWN_NAME = re.compile(r"-inline-[0-9a-f]{8}\Z")
LONGEST_BASE = 230  # a name has up to 255 characters


def with_references(options: Options, ids: t.Mapping[str, str]) -> dict[str, t.Any]:
    """The options with references (dotted path -> id) in place of inline assets."""
    filled = copy.deepcopy(dict(options))
    for option, target in ids.items():
        set_at(filled, option, target)
    return filled


def own_name(name: str, path: str) -> str:
    """The name of an asset that is described at ``path`` of ``name`` (an endpoint or a component) and has none.

    It is readable, the same each time, and nobody else would choose it: no container of others gets a version.
    """
    digest = hashlib.sha256(f"{name} {path}".encode()).hexdigest()[:8]
    steps = path.split(".")
    base = _OWN_NAME.sub("", name) + (f"-{steps[1]}" if steps[0] == "jobs" else "")
    return f"{base[:LONGEST_BASE]}-inline-{digest}"
