# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What retention decides about: one thing of a workspace, with its age and what it refers to."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

Key = tuple[str, ...]
"""Identifies a thing: its kind, then names in the case in which they are compared."""

DEPLOYMENT, JOB, JOB_OUTPUT, JOB_LOG, UPLOAD = "deployment", "job", "job_output", "job_log", "upload"
ASSETS = ("model", "environment", "data", "code", "component")
KINDS = (DEPLOYMENT, *ASSETS, JOB, JOB_OUTPUT, JOB_LOG, UPLOAD)
ARCHIVABLE = frozenset({*ASSETS, JOB})
# A scoring job and its files, which need an age.
BY_AGE = frozenset({JOB, JOB_OUTPUT, JOB_LOG})

_NO_TAGS: t.Mapping[str, str] = {}


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing of the workspace, which a rule may let go, or which refers to others.

    - ``kind``: one of ``KINDS``, or another word for what only refers to others
    - ``group``: among its items the newest are counted: the name of an asset, an endpoint, a datastore
    - ``title``: how results name it
    - ``id``: an ARM id or the URI of a folder
    - ``created``: None if the service does not say it
    - ``protected``: why it is kept whatever the rules say; empty if nothing is in the way
    - ``refers_to``: the things that it needs
    """

    key: Key
    kind: str
    group: str
    title: str
    id: str
    created: datetime.datetime | None = None
    tags: t.Mapping[str, str] = dataclasses.field(default_factory=lambda: _NO_TAGS)
    is_archived: bool = False
    protected: str = ""
    refers_to: frozenset[Key] = frozenset()
