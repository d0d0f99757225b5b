# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The options of modules whose resources may be in use when they are deleted."""

from __future__ import annotations

import typing as t

from .._schema.resource_type import ResourceType

FORCE, IGNORE = "force", "ignore_endpoints"


def usage_options(resource: ResourceType) -> dict[str, t.Any]:
    """The options of a module whose resources may be in use when they are deleted."""
    options: dict[str, t.Any] = {}
    if resource.used_by or resource.runs_jobs:
        options[FORCE] = {"type": "bool", "default": False}
    if resource.used_by:
        options[IGNORE] = {"type": "list", "elements": "str", "default": []}
    return options
