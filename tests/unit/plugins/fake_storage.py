# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Storage in memory, with the behaviour that uploads need: an existing blob is overwritten only on request."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConflictError
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.module_utils._service.blob_container import LONG_AGO, Blob


@dataclass
class FakeContainer:
    """Has the methods of a Container; ``log`` lists what was written, in order."""

    url: str
    credential: Any = None
    blobs: dict[str, bytes] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    interlude: Callable[[], None] | None = None  # happens once, before the next upload
    written: dict[str, datetime.datetime] = field(default_factory=dict)  # when; long ago for what has no time

    def exists(self, name: str) -> bool:
        return name in self.blobs

    def list(self, prefix: str = "") -> Iterator[Blob]:
        for name, content in sorted(self.blobs.items()):
            if name.startswith(prefix):
                digest = hashlib.md5(content, usedforsecurity=False).digest()
                yield Blob(
                    name, len(content), digest, self.marks.get(name, {}), written=self.written.get(name, LONG_AGO)
                )

    def upload(
        self,
        files: Iterable[tuple[Path, str]],
        *,
        overwrite: bool = False,
        workers: int = 4,
        progress: Callable[[str], None] = lambda _message: None,
    ) -> None:
        assert workers > 1
        interlude, self.interlude = self.interlude, None
        if interlude:
            interlude()
        for path, name in files:
            if name in self.blobs and not overwrite:
                raise ConflictError("BlobAlreadyExists")
            self.blobs[name] = path.read_bytes()
            self.log.append(f"{'overwrite' if overwrite else 'create'} {name}")
            progress(name)

    def set_metadata(self, name: str, metadata: Mapping[str, str]) -> None:
        assert name in self.blobs
        self.marks[name] = dict(metadata)
        self.log.append(f"mark {name}")

    def delete(self, name: str) -> None:
        if self.blobs.pop(name, None) is not None:
            self.marks.pop(name, None)
            self.log.append(f"delete {name}")


@dataclass
class FakeStorage:
    """All containers by their URL."""

    containers: dict[str, FakeContainer] = field(default_factory=dict)

    def __getitem__(self, url: str) -> FakeContainer:
        return self.containers.setdefault(url, FakeContainer(url))

    def open(self, _workspace: object, url: str, credential: Any) -> FakeContainer:
        self[url].credential = credential
        return self[url]


def plug_in(monkeypatch: pytest.MonkeyPatch) -> FakeStorage:
    storage = FakeStorage()
    monkeypatch.setattr(datastore_storage, "_container", storage.open)
    return storage
