# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The lease of an endpoint: one release or rollback at a time.

A lease of the storage service lasts a minute at most, or for ever, and a scoring job takes hours. So the lease is
a blob beside the records, written over the version that was read: of two writers one wins. Its age is by the clock of
the service.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
import uuid

from .._errors import AzureMLError, ConflictError
from .._service.blob_container import Note
from .release_store import ReleaseStore


class Lease:
    """The lease of one endpoint for one release, which a later run of the same release takes over.

    ``seconds``: how long it is valid unless it is given back before.
    """

    def __init__(self, store: ReleaseStore, endpoint: str, author: str, seconds: int) -> None:
        self._store = store
        self._endpoint = endpoint
        self._author = author
        self._seconds = seconds
        self._path = f"{store.folder}/lease.json"

    @contextlib.contextmanager
    def held(self, release: str) -> t.Iterator[None]:
        """Hold the lease for this release. Raises ConflictError if another release has it.

        A process that is killed leaves it: the same release takes it over at once, any other when it has expired.
        """
        note = self._take(release)
        try:
            yield
        finally:
            with contextlib.suppress(AzureMLError):  # it expires anyway
                if note is not None:
                    self._store.container.delete(self._path, over=note)

    def _take(self, release: str) -> Note | None:
        container = self._store.container
        with self._store.explaining():
            current = container.read_note(self._path)
        if current is not None:
            self._require_free(current, release)
        text = json.dumps(
            {"release": release, "author": self._author, "seconds": self._seconds, "run": str(uuid.uuid4())}
        )
        with self._store.explaining():
            is_ours = container.write_note(self._path, text, {"release": release}, over=current)
            taken = container.read_note(self._path)
        if not is_ours:
            raise ConflictError(self._busy(_parse(taken) if taken else {}, self._seconds))
        return taken if taken is not None and taken.text == text else None

    def _require_free(self, current: Note, release: str) -> None:
        holder = _parse(current)
        left = float(holder.get("seconds", 0)) - current.age
        if holder.get("release") != release and left > 0:
            raise ConflictError(self._busy(holder, left))

    def _busy(self, holder: t.Mapping[str, t.Any], left: float) -> str:
        return (
            f"endpoint_name: {self._endpoint} is being released: {holder.get('release', 'another run')} by "
            f"{holder.get('author') or 'somebody'} has the lease for {round(left)} seconds at most. Wait for its end, "
            "or continue it by running the same release again. Nothing was changed."
        )


def _parse(note: Note) -> dict[str, t.Any]:
    """Content that is no lease counts as an expired one."""
    try:
        tree = json.loads(note.text)
        return {**tree, "seconds": float(tree["seconds"])}
    except (ValueError, TypeError, KeyError):
        return {}
