# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the readers of a workspace return: a thing with its JSON, and how it is removed."""

from __future__ import annotations

import dataclasses

from .._names.json_types import Json
from .graph import Node
from .item import Item
from .removal import Removal


@dataclasses.dataclass(frozen=True)
class Finding:
    """``removal`` is None for what only refers to others."""

    node: Node
    removal: Removal | None = None


def referrer(kind: str, name: str, body: Json) -> Finding:
    """Something that only refers to others."""
    return Finding(Node(Item((kind, name.lower()), kind, "", f"{kind} {name}", str(body.get("id") or "")), body))
