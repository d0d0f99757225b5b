# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Archived and restored versions and containers, which the service may show late."""

from __future__ import annotations

from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED_AT
from .._service.workspace import Workspace

# Seconds between reads: ten in all.
_READ_AGAIN_PAUSES = (0.5, 1.5, 3.0, 5.0)


def read_until_shown(path: str, archived: bool, workspace: Workspace) -> dict[str, Json] | None:
    """The version or container once a read shows that it is archived or restored, or after ten seconds.

    Otherwise the next run would archive or restore it again. Service fact: assets contract 14.17.
    """
    current = workspace.arm.get(path)
    for pause in _READ_AGAIN_PAUSES:
        if current is None or bool(get_at(current, ARCHIVED_AT)) is archived:
            break
        workspace.invocation.clock.sleep(pause)
        current = workspace.arm.get(path)
    return current
