# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What became, or will become, of the assets that a definition describes inline."""

from __future__ import annotations

import dataclasses
import typing as t

PUBLISHED = "published"
"""Key of the result and of the diff."""


@dataclasses.dataclass(frozen=True)
class Published:
    """Predicted before they are published, certain afterwards.

    - ``ids``: option -> id of the version that it refers to
    - ``changed``: ids of the versions that are new or changed, nested ones before those that refer to them
    - ``lines``: what is done for them, for the list of steps
    """

    ids: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    changed: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
