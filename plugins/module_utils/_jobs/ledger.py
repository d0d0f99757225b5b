# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The ledger of job keys: a small file per key in the default datastore, written before its job is started.

The service may or may not keep what a call says about itself (batch contract, open questions 12 and 14), and its lists
lag. Storage does neither: of two writers exactly one creates a file, and what was written is read at once. So the
ledger says, whatever the service does, whether a key was used, and by which job.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import typing as t
import uuid
from dataclasses import dataclass

from .._errors import AzureMLError, ConnectionFailed, MissingLibrary
from .._invocation import Invocation
from .._service.blob_container import BlobContainer, Note
from .._service.datastores import Datastores

FOLDER = "batch-scoring/.jobs"
# Nobody is still waiting for the answer to a start that was noted so long ago: the transport's own limits are shorter.
SETTLED_AFTER = 600.0


@dataclass(frozen=True)
class Entry:
    """What is noted of a key. Without ``job`` its start was announced, and its outcome is not known."""

    key: str
    definition: str
    job: str | None
    run: str | None
    note: Note

    @property
    def is_settled(self) -> bool:
        """Is the outcome known, or so old that an absent job means it was never started?"""
        return self.job is not None or self.note.age > SETTLED_AFTER


@dataclass(frozen=True)
class Rival:
    """Another key that was told to write to the same place; ``job`` as in ``Entry``."""

    key: str
    job: str | None


class Ledger:
    """The notes of one endpoint's keys. Raises what storage raises: a guess might start a second job."""

    def __init__(self, endpoint: str, datastores: Datastores, invocation: Invocation) -> None:
        self._folder = f"{FOLDER}/{endpoint.lower()}"
        self._datastores = datastores
        self._invocation = invocation
        self._run = str(uuid.uuid4())

    def read(self, key: str) -> Entry | None:
        """What is noted of a key; None when nothing is."""
        with self._speaking():
            return _entry(key, self._container.read_note(self._path(key)))

    def announce(self, key: str, definition: str, places: t.Iterable[tuple[str, str]], over: Entry | None) -> bool:
        """Note that a job of this key is going to be started; ``over`` is what was read of the key before.

        False when another run has announced it meanwhile.
        """
        told = {"definition": definition, "run": self._run}
        with self._speaking():
            return self._write(key, told, places, over.note if over else None)

    def settle(
        self, key: str, definition: str, places: t.Iterable[tuple[str, str]], job: str, found: Entry | None = None
    ) -> None:
        """Note which job it is that was announced: by this run, or by the one whose entry was ``found``.

        Never fails: without this note the job is found by its marks. But when the announcement is gone, another run
        may have started the key meanwhile, and that is told.
        """
        announced = found.run if found else self._run
        try:
            entry = _entry(key, self._container.read_note(self._path(key)))
            if entry is not None and entry.job == job:
                return
            is_ours = entry is not None and entry.job is None and entry.run == announced
            if entry is None or not is_ours:
                self._invocation.warn(_lost(key, job, self._path(key), entry))
            elif not self._write(key, {"definition": definition, "job": job}, places, entry.note):
                self._invocation.warn(_lost(key, job, self._path(key), None))
        except AzureMLError as error:
            self._invocation.warn(f"Job {job} could not be noted in the ledger: {error} Run the task again to note it.")

    def withdraw(self, key: str) -> None:
        """The start that this run announced was refused: the key is free again. Never fails: time frees it, too."""
        with contextlib.suppress(AzureMLError):  # the refusal itself is what the task has to tell
            entry = self.read(key)
            if entry is not None and entry.run == self._run:
                self._container.delete(self._path(key), over=entry.note)

    def forget(self, key: str) -> None:
        """The job is deleted: the key is free again."""
        with self._speaking():
            self._container.delete(self._path(key))

    def last_try(self, key: str) -> int:
        """The highest number of a try that was announced under this key; 1 when only the first was, or none."""
        with self._speaking():
            tries = list(self._container.list(self._path(f"{key}--").removesuffix(".json")))
        numbers = [blob.name.removesuffix(".json").rpartition("--")[2] for blob in tries]
        return max((int(number) for number in numbers if number.isdecimal()), default=1)

    def rivals(self, key: str, places: t.Iterable[tuple[str, str]]) -> list[Rival]:
        """Other keys, of any endpoint, that were told to write to one of these places."""
        desired, own = {_fingerprint(place) for place in places}, self._path(key)
        with self._speaking():
            blobs = list(self._container.list(f"{FOLDER}/"))
        return [
            Rival(blob.name.removeprefix(f"{FOLDER}/").removesuffix(".json"), blob.metadata.get("job") or None)
            for blob in blobs
            if blob.name != own and desired & set(blob.metadata.get("places", "").split())
        ]

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key}.json"

    def _write(self, key: str, told: dict[str, str], places: t.Iterable[tuple[str, str]], over: Note | None) -> bool:
        marks = {"places": " ".join(sorted(_fingerprint(place) for place in places)), "job": told.get("job", "")}
        marks = {word: value for word, value in marks.items() if value}
        return self._container.write_note(self._path(key), json.dumps({"key": key, **told}), marks, over=over)

    @property
    def _container(self) -> BlobContainer:
        return self._datastores.default("ledger").container

    @contextlib.contextmanager
    def _speaking(self) -> t.Iterator[None]:
        """Say what the ledger is for when it cannot be used."""
        try:
            yield
        except MissingLibrary:
            raise
        except AzureMLError as error:
            raise AzureMLError(
                f"The ledger of job keys in the default datastore cannot be used, and without it a job might be "
                f"started twice: {error} Nothing was started. Mend it and run the task again; where this host can "
                "never use that storage, set ledger: false.",
                **error.facts,
            ) from None


def _entry(key: str, note: Note | None) -> Entry | None:
    """Raises ConnectionFailed for a note that is none: a guess might start a second job."""
    if note is None:
        return None
    try:
        told = json.loads(note.text)
        return Entry(key, told["definition"], told.get("job"), told.get("run"), note)
    except (ValueError, TypeError, KeyError):
        raise ConnectionFailed(f"The note of key {key} cannot be read.", sent=True) from None


def _lost(key: str, job: str, path: str, entry: Entry | None) -> str:
    """What there is to do about a job that stands, and whose announcement does not."""
    other = f"names job {entry.job}" if entry and entry.job else "is another run's" if entry else "was deleted"
    return (
        f"Job {job} was started under key {key}, but its note {path} in the default datastore {other} since, so the "
        "key may have been started twice. See the jobs of the endpoint, and cancel one that is too many."
    )


def _fingerprint(place: tuple[str, str]) -> str:
    return hashlib.sha256("/".join(place).encode()).hexdigest()[:32]
