# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The local copy of results: nothing is written beside its folder, no file is ever partial, no byte is loaded twice."""

from __future__ import annotations

import concurrent.futures
import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import typing as t
from pathlib import Path, PurePosixPath

from .._errors import AzureMLError, ConnectionFailed, Delivery, InvalidOption
from .._local.files import md5 as md5_of
from .manifest import Downloaded, Manifest

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from .._service.blob_container import BlobContainer
    from .output_location import ResultFile

WORKERS = 4
# Folders inside the folder: what was downloaded from where, and files that are partial yet.
RESULTS, LOGS = OF_THE_COLLECTION = (".batch_job_results", ".batch_job_logs")
_CHUNK = 1 << 20
# Limits of file systems, in bytes.
_LONGEST_NAME = 255
_LONGEST_PATH = 4095


_Self = t.TypeVar("_Self", bound="Download")


class Download:
    """The folder on this host that results are downloaded to."""

    PRIVATE = RESULTS

    def __init__(self, path: Path) -> None:
        self.path = path
        self._private = path / self.PRIVATE

    @classmethod
    def to(cls: type[_Self], dest: str) -> _Self:
        """The folder that the option ``dest`` names; it need not exist. Raises InvalidOption when it cannot be one."""
        try:
            folder = cls(_resolve(Path(dest).expanduser()))
            is_other = folder.path.exists() and not folder.path.is_dir()
            is_link = folder._private.is_symlink()
        except (OSError, RuntimeError) as error:  # RuntimeError: no home directory
            reason = error.strerror if isinstance(error, OSError) else error
            raise InvalidOption(f"dest: cannot read {dest} ({reason}). Choose another folder.") from None
        if is_other:
            raise InvalidOption(f"dest: {dest} is not a folder. Name a folder, which need not exist yet.")
        if is_link:
            raise InvalidOption(
                f"dest: {folder._private} is a link, and nothing is written outside of the folder. Delete the link."
            )
        return folder

    @property
    def manifest(self) -> Manifest:
        return Manifest(self._private / "manifest.json")

    def missing(self, files: Iterable[ResultFile], location: str) -> list[ResultFile]:
        """Those that are not in the folder yet with the same size and checksum.

        If storage keeps no checksum, that of the manifest counts for the version of the blob that it records.
        Raises AzureMLError for names that lead out of the folder: all are checked before any is written.
        """
        known = self.manifest.files(location)
        try:
            targets = [(file, self._target(file)) for file in self.require_safe(files)]
            return [file for file, target in targets if not _is_same(file, target, known.get(file.name))]
        except OSError as error:
            raise InvalidOption(f"dest: cannot read {self.path} ({error.strerror}). Choose another folder.") from None

    def require_safe(self, files: Iterable[ResultFile]) -> list[ResultFile]:
        """The same files. Raises AzureMLError if two of them cannot both exist in the folder, or one not inside it."""
        files = list(files)
        _require_distinct(files)
        try:
            for file in files:
                self._target(file)
        except OSError as error:
            raise InvalidOption(f"dest: cannot read {self.path} ({error.strerror}). Choose another folder.") from None
        return files

    def fetch(self, container: BlobContainer, files: list[ResultFile], location: str, job: str) -> list[str]:
        """Download files, several at a time, and return the names of those whose bytes are new.

        A file appears under its name only when it is complete and checked; an interrupted download is resumed. Raises
        what the container raises.
        """
        if not files:
            return []
        self.make_private()
        fetched, new = [], []
        with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
            running = {pool.submit(self._fetch_one, container, file, location): file for file in files}
            try:
                for future, file in running.items():
                    md5, is_new = future.result()
                    fetched.append(Downloaded(file.name, file.blob.size, file.blob.etag, md5, job))
                    new += [file.name] if is_new else []
            except BaseException:  # an interrupt, too: no thread may write after the task has ended
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        self.manifest.record(location, job, fetched)
        return sorted(new)

    def of_other_jobs(self, job: str, names: Iterable[str] = ()) -> list[Downloaded]:
        """Files that the manifest lists for other jobs, that exist, and whose names are not among these."""
        mine = set(names)
        return [file for file in self.manifest.of_other_jobs(job) if file.name not in mine and self._exists(file.name)]

    def is_changed(self, file: Downloaded) -> bool:
        """Whether somebody changed a file since its download."""
        target = self.path / file.name
        try:
            return target.is_symlink() or not target.is_file() or md5_of(target).hex() != file.md5
        except OSError:
            return True

    def delete(self, files: list[Downloaded], location: str, job: str) -> None:
        """Delete files, and the folders that are empty then. Raises InvalidOption when that is not possible."""
        for file in files:
            target = self.path / file.name
            try:
                target.unlink(missing_ok=True)
                for folder in list(target.parents)[: len(PurePosixPath(file.name).parts) - 1]:
                    if not any(folder.iterdir()):
                        folder.rmdir()
            except OSError as error:
                raise InvalidOption(
                    f"dest: cannot delete {target} ({error.strerror}). Delete it, or set dest_policy=keep."
                ) from None
        if files:
            self.manifest.record(location, job, self.manifest.files(location).values(), [file.name for file in files])

    def _exists(self, name: str) -> bool:
        try:
            return self._is_safe(name) and os.path.lexists(self.path / name)
        except OSError:
            return False

    def _is_safe(self, name: str) -> bool:
        """Whether a name leads to a path inside the folder that is not the collection's own."""
        parts = name.split("/")
        unsafe = any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts)
        if unsafe or parts[0] in OF_THE_COLLECTION:
            return False
        return _resolve(self.path.joinpath(*parts).parent).is_relative_to(self.path)

    def _target(self, file: ResultFile) -> Path:
        """The path of a file. Raises AzureMLError for a name that would lead out of the folder."""
        parts = file.name.split("/")
        target = self.path.joinpath(*parts)
        long = any(len(part.encode()) > _LONGEST_NAME for part in parts) or len(str(target).encode()) > _LONGEST_PATH
        if long or not self._is_safe(file.name):
            raise AzureMLError(
                f"The output holds a blob named {file.blob.name!r}, which cannot become a file below {self.path}"
                f"{': a name is too long for that' if long else ''}. Nothing was downloaded. Rename or delete the blob."
            )
        if target.is_dir() and not target.is_symlink():
            raise InvalidOption(
                f"dest: {target} is a folder, and the output has a file of this name. Nothing was downloaded. "
                "Move the folder away, or choose another dest."
            )
        return target

    # -- one file ------------------------------------------------------------------------------------------------

    def _fetch_one(self, container: BlobContainer, file: ResultFile, location: str) -> tuple[str, bool]:
        """The checksum of the bytes, and whether they are new."""
        target = self._target(file)
        version = f"{location}/{file.name}#{file.blob.etag}"
        partial = self._private / f"{hashlib.sha256(version.encode()).hexdigest()[:32]}.part"
        try:
            with open(partial, "a+b", opener=_open_no_link) as stream:
                self._lock(stream, file)
                md5 = self._complete(container, file, stream)
                if md5 is None:
                    partial.unlink()
                    raise ConnectionFailed(
                        f"Could not download {file.name}: what arrived does not fit its size or checksum. "
                        "Run the task again.",
                        delivery=Delivery.ANSWERED,
                    )
                stream.flush()
                if target.is_file() and md5_of(target) == md5:
                    partial.unlink()
                    return md5.hex(), False
                self._make(target.parent)
                partial.replace(target)
        except OSError as error:
            raise InvalidOption(f"dest: cannot write {target} ({error.strerror}). Choose another folder.") from None
        return md5.hex(), True

    def _lock(self, stream: t.IO[bytes], file: ResultFile) -> None:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InvalidOption(
                f"dest: another task is downloading {file.name} into {self.path} at this moment. Run one of them."
            ) from None

    def _complete(self, container: BlobContainer, file: ResultFile, stream: t.IO[bytes]) -> bytes | None:
        """Download the rest of a partial file; the checksum of the whole, None when size or checksum are wrong."""
        digest = hashlib.md5(usedforsecurity=False)
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
        if stream.tell() < file.blob.size:
            for chunk in container.read_from(file.blob, stream.tell()):
                digest.update(chunk)
                stream.write(chunk)
        is_complete = stream.tell() == file.blob.size and file.blob.md5 in (None, digest.digest())
        return digest.digest() if is_complete else None

    def make_private(self) -> None:
        """Make the folder of the manifest. Raises InvalidOption when that is not possible."""
        self._make(self._private)

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidOption(f"dest: cannot make {folder} ({error.strerror}). Choose another folder.") from None


def _resolve(path: Path) -> Path:
    """The path without links, in all versions of Python. Raises OSError for a circle of links."""
    found = Path(os.path.realpath(path))
    with contextlib.suppress(FileNotFoundError):  # it need not exist
        if stat.S_ISLNK(found.lstat().st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return found


def _open_no_link(path: str, flags: int) -> int:
    """Open a file that is no link to another one."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def _require_distinct(files: list[ResultFile]) -> None:
    """Raises AzureMLError when two blobs cannot both become files: of the same name, or one below the other."""
    seen: set[str] = set()
    for file in files:
        if file.name in seen:
            raise AzureMLError(
                f"The output holds two blobs that are both to become {file.name}, of which {file.blob.name!r} is one. "
                "Nothing was downloaded. Rename or delete one of them."
            )
        seen.add(file.name)
    for file in files:
        above = next((str(path) for path in PurePosixPath(file.name).parents if str(path) in seen), None)
        if above is not None:
            raise AzureMLError(
                f"The output holds a blob {above!r} and below it {file.name!r}; a name cannot be both a file and a "
                "folder. Nothing was downloaded. Rename or delete one of them."
            )


def _is_same(file: ResultFile, target: Path, known: Downloaded | None) -> bool:
    expected = file.blob.md5.hex() if file.blob.md5 else known.md5 if known and known.etag == file.blob.etag else None
    if expected is None or not target.is_file() or target.stat().st_size != file.blob.size:
        return False
    return md5_of(target).hex() == expected
