# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the records say of an endpoint's deployments: which one to go back to, and which are too old. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .record import FAILED, RELEASE, RELEASED, ROLLBACK, ROLLED_BACK
from .release_store import Entry


def last(entries: Sequence[Entry], **values: str) -> Entry | None:
    """The newest record with these values."""
    return next((one for one in reversed(entries) if all(getattr(one, k) == v for k, v in values.items())), None)


def former_of(entries: Sequence[Entry], default: str | None) -> str | None:
    """The deployment that was the default before the current one was released; None if no record names it."""
    released = last(entries, kind=RELEASE, status=RELEASED, deployment=default or "")
    return released.former if released else None


def proven(entries: Sequence[Entry]) -> list[str]:
    """The deployments that were the default, the newest first."""
    found: dict[str, None] = {}
    for entry in reversed(entries):
        if entry.kind == RELEASE and entry.status in (RELEASED, ROLLED_BACK):
            found.setdefault(entry.deployment)
            if entry.former:
                found.setdefault(entry.former)
    return list(found)


def retirable(entries: Sequence[Entry], default: str | None, keep: int, existing: Collection[str]) -> list[str]:
    """The deployments older than the last ``keep`` releases, the oldest first.

    Never the default deployment, the one to go back to, and one that no record names. Releases that failed do not
    count, and what they left is as old as they are.
    """
    kept: list[str] = []
    protected = {default, former_of(entries, default)}
    old: dict[str, None] = {}
    for entry in reversed(entries):
        if entry.kind == ROLLBACK:
            continue
        if len(kept) < keep:
            protected.add(entry.deployment)
            if entry.status == RELEASED and entry.deployment not in kept:
                kept.append(entry.deployment)
        elif entry.status in (RELEASED, ROLLED_BACK, FAILED):
            old.setdefault(entry.deployment)
        if entry.former and len(kept) >= keep:
            old.setdefault(entry.former)
    return [name for name in reversed(old) if name not in protected and name in existing]
