# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The files of a job's output: found below their place in storage, and brought into a local folder, never beside it."""

from __future__ import annotations

import concurrent.futures
import hashlib
import typing as t
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ._errors import AzureMLError, InvalidOption

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ._container import Blob, Container

WORKERS = 4
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ResultFile:
    """One file of an output; ``name`` is its path below the output, with forward slashes."""

    blob: Blob
    name: str

    def shown(self) -> dict[str, t.Any]:
        md5 = self.blob.md5.hex() if self.blob.md5 else None
        return {"name": self.name, "size": self.blob.size, "md5": md5}


def list_files(container: Container, path: str) -> list[ResultFile]:
    """The files of the output at ``path``, a blob or a folder, sorted by name. Raises what the container raises."""
    below = f"{path}/"
    found = []
    for blob in container.list(path):
        if blob.name == path:
            found.append(ResultFile(blob, PurePosixPath(path).name))
        elif blob.name.startswith(below) and not _is_folder(blob):
            found.append(ResultFile(blob, blob.name[len(below) :]))
    return sorted(found, key=lambda file: file.name)


def _is_folder(blob: Blob) -> bool:
    """Service fact: assets contract 8.4 (placeholders carry hdi_isfolder)."""
    return blob.name.endswith("/") or blob.metadata.get("hdi_isfolder", "").lower() == "true"


class Target:
    """The local folder that files are brought into."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder).expanduser().resolve()
        if self.folder.exists() and not self.folder.is_dir():
            raise InvalidOption(f"dest: {folder} is not a folder. Name a folder, which need not exist yet.")

    def path_of(self, file: ResultFile) -> Path:
        """Where a file goes. Raises AzureMLError for a name that would lead out of the folder."""
        parts = file.name.split("/")
        target = self.folder.joinpath(*parts)
        strange = any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts)
        if strange or not target.parent.resolve().is_relative_to(self.folder):
            raise AzureMLError(
                f"The output holds a blob named {file.blob.name!r}, which cannot become a file below {self.folder}. "
                "Nothing was downloaded. Rename or delete the blob."
            )
        return target

    def missing(self, files: Iterable[ResultFile]) -> list[ResultFile]:
        """Those that are not there yet with the same size and checksum; without a checksum only bytes can tell.

        Raises AzureMLError for names that lead out of the folder: all are looked at before any is written.
        """
        targets = [(file, self.path_of(file)) for file in files]
        return [file for file, target in targets if not _is_same(file, target)]

    def fetch(self, container: Container, files: Iterable[ResultFile]) -> list[str]:
        """Download files, several at a time, and return the names of those whose bytes are new.

        A file appears under its name only when it is whole and checked. Raises what the container raises.
        """
        todo = list(files)
        with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
            under_way = {pool.submit(self._fetch_one, container, file): file.name for file in todo}
            try:
                return sorted(name for future, name in under_way.items() if future.result())
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _fetch_one(self, container: Container, file: ResultFile) -> bool:
        target = self.path_of(file)
        arrived = target.with_name(f".{target.name}.{uuid.uuid4().hex}.new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            container.download(file.blob.name, arrived)
            if target.is_file() and _md5(target) == _md5(arrived):
                return False
            arrived.replace(target)
        except OSError as error:
            raise InvalidOption(f"dest: cannot write {target} ({error.strerror}). Choose another folder.") from None
        finally:
            arrived.unlink(missing_ok=True)
        return True


def _is_same(file: ResultFile, target: Path) -> bool:
    if file.blob.md5 is None or not target.is_file() or target.stat().st_size != file.blob.size:
        return False
    return _md5(target) == file.blob.md5


def _md5(path: Path) -> bytes:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
