# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The ledger of job keys: a small file per key in the default datastore, written before its job is started.

The service may or may not keep the name and tags of a call (batch contract, open questions 12 and 14), and new jobs may
be missing from its lists for a while. Storage is exact: of two writers exactly one creates a file, and what was written
is read at once. So the ledger records, whatever the service does, whether a key was used, and by which job.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import typing as t
import uuid
from dataclasses import dataclass

from .._errors import AzureMLError, ConnectionFailed, Delivery, MissingLibrary
from .._service.blob_container import BlobContainer, Note
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace

FOLDER = "batch-scoring/.jobs"
# Metadata of an entry: the fingerprint of the text from which its key was derived.
CALLER = "caller"
# Seconds after which nobody waits for the answer to an announced start: the timeouts of the transport are shorter.
SETTLED_AFTER = 600.0


@dataclass(frozen=True)
class Entry:
    """What the ledger records of a key. Without ``job`` its start was announced, and the outcome is unknown."""

    key: str
    definition: str
    job: str | None
    run: str | None
    note: Note

    @property
    def is_settled(self) -> bool:
        """Whether the outcome is known, or the entry is so old that an absent job was never started."""
        return self.job is not None or self.note.age > SETTLED_AFTER


@dataclass(frozen=True)
class Rival:
    """Another key with an output at the same place; ``job`` as in ``Entry``."""

    key: str
    job: str | None


class LedgerUnusable(AzureMLError):
    """The ledger cannot be read or written."""


class Ledger:
    """The entries of one endpoint's keys. Raises what storage raises: a guess might start a second job.

    ``caller_key`` is the text from which the task has its keys derived, None if it gives a name.
    """

    def __init__(
        self, workspace: Workspace, endpoint: str, datastores: Datastores, caller_key: str | None = None
    ) -> None:
        self._invocation = workspace.invocation
        self._caller_key = caller_key
        self._datastores = datastores
        self._folder = f"{FOLDER}/{endpoint.lower()}"
        self._run = str(uuid.uuid4())

    def read(self, key: str) -> Entry | None:
        """The entry of a key, None when there is none."""
        with self._explaining():
            return _parse_entry(key, self._container.read_note(self._path(key)))

    def announce(self, key: str, definition: str, places: t.Iterable[tuple[str, str]], over: Entry | None) -> bool:
        """Record that a job of this key is about to be started; ``over`` is the entry that was read before.

        False when another run has announced it since.
        """
        content = {"definition": definition, "run": self._run}
        with self._explaining():
            return self._write(key, content, places, over.note if over else None)

    def settle(
        self, key: str, definition: str, places: t.Iterable[tuple[str, str]], job: str, found: Entry | None = None
    ) -> None:
        """Record the job that this run announced, or that the run of the entry ``found`` announced.

        Never fails: without this entry the job is found by its tags, name or output. Warns if the announcement is gone:
        another run may have started the key since.
        """
        announced = found.run if found else self._run
        try:
            entry = _parse_entry(key, self._container.read_note(self._path(key)))
            if entry is not None and entry.job == job:
                return
            is_ours = entry is not None and entry.job is None and entry.run == announced
            if entry is None or not is_ours:
                self._invocation.warn(_lost(key, job, self._path(key), entry))
            elif not self._write(key, {"definition": definition, "job": job}, places, entry.note):
                self._invocation.warn(_lost(key, job, self._path(key), None))
        except AzureMLError as error:
            self._invocation.warn(
                f"Job {job} could not be recorded in the ledger: {error} Run the task again to record it."
            )

    def withdraw(self, key: str) -> None:
        """Delete this run's announcement of a start that was refused. Never fails: it expires anyway."""
        with contextlib.suppress(AzureMLError):  # the task reports the refusal itself
            entry = self.read(key)
            if entry is not None and entry.run == self._run:
                self._container.delete(self._path(key), over=entry.note)

    def forget(self, key: str) -> None:
        """Delete the entry of a key whose job is deleted."""
        with self._explaining():
            self._container.delete(self._path(key))

    def last_attempt(self, key: str) -> int:
        """The highest number of an attempt that was announced under this key, at least 1."""
        with self._explaining():
            attempts = list(self._container.list(self._path(f"{key}--").removesuffix(".json")))
        numbers = [blob.name.removesuffix(".json").rpartition("--")[2] for blob in attempts]
        return max((int(number) for number in numbers if number.isdecimal()), default=1)

    def rivals(self, key: str, places: t.Iterable[tuple[str, str]]) -> list[Rival]:
        """Other keys, of any endpoint, with an output at one of these places."""
        desired, own = {_fingerprint(place) for place in places}, self._path(key)
        with self._explaining():
            blobs = list(self._container.list(f"{FOLDER}/"))
        return [
            Rival(blob.name.removeprefix(f"{FOLDER}/").removesuffix(".json"), blob.metadata.get("job") or None)
            for blob in blobs
            if blob.name != own and desired & set(blob.metadata.get("places", "").split())
        ]

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key}.json"

    def _write(self, key: str, content: dict[str, str], places: t.Iterable[tuple[str, str]], over: Note | None) -> bool:
        metadata = {
            "places": " ".join(sorted(_fingerprint(place) for place in places)),
            "job": content.get("job", ""),
            CALLER: caller_fingerprint(self._caller_key) if self._caller_key else "",
        }
        metadata = {word: value for word, value in metadata.items() if value}
        return self._container.write_note(self._path(key), json.dumps({"key": key, **content}), metadata, over=over)

    @property
    def _container(self) -> BlobContainer:
        return self._datastores.default("ledger").container

    @contextlib.contextmanager
    def _explaining(self) -> t.Iterator[None]:
        """Add to a failure of storage what the ledger is for and how to do without it."""
        try:
            yield
        except MissingLibrary:
            raise
        except AzureMLError as error:
            raise LedgerUnusable(
                f"The ledger of job keys in the default datastore cannot be used, and without it a job might be "
                f"started twice: {error} Nothing was started. Correct it and run the task again; if this host can "
                "never use that storage, set ledger: false.",
                **error.facts,
            ) from None


def _parse_entry(key: str, note: Note | None) -> Entry | None:
    """Raises ConnectionFailed for content that is no entry: a guess might start a second job."""
    if note is None:
        return None
    try:
        content = json.loads(note.text)
        return Entry(key, content["definition"], content.get("job"), content.get("run"), note)
    except (ValueError, TypeError, KeyError):
        raise ConnectionFailed(f"The ledger entry of key {key} cannot be read.", delivery=Delivery.ANSWERED) from None


def _lost(key: str, job: str, path: str, entry: Entry | None) -> str:
    """The warning about a job whose ledger entry was deleted or names another job."""
    other = f"names job {entry.job}" if entry and entry.job else "is another run's" if entry else "was deleted"
    return (
        f"Job {job} was started under key {key}, but since then its ledger entry {path} in the default datastore "
        f"{other}, so the key may have been started twice. Check the jobs of the endpoint, and cancel the superfluous "
        "one."
    )


def caller_fingerprint(key: str) -> str:
    """What the ledger records of the key of a task. Anybody who reads the datastore reads it, so not the text."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _fingerprint(place: tuple[str, str]) -> str:
    return hashlib.sha256("/".join(place).encode()).hexdigest()[:32]
