# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The local files of an asset, and the content hashes by which the service's clients recognise them."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import stat
import typing as t
from pathlib import Path

from .._errors import InvalidOption
from .ignore_rules import IGNORE_FILES, IgnoreRules, read_ignore_rules

HASH_VERSION = "202208"
_OBJECT_SEED = b"Initialize for october 2021 AML CLI version"
_CHUNK = 1 << 20


@dataclasses.dataclass(frozen=True)
class File:
    """A file of the asset; ``name`` is its path below the root, with forward slashes, ``size`` in bytes."""

    path: Path
    name: str
    size: int
    modified: int


@dataclasses.dataclass(frozen=True)
class _Folder:
    name: str
    entries: tuple[File | _Folder, ...]


@dataclasses.dataclass(frozen=True)
class Content:
    """A local file or folder as it is uploaded; ``files`` excludes what the ignore rules leave out."""

    option: str
    path: Path
    files: tuple[File, ...]
    tree: _Folder | None

    @property
    def name(self) -> str:
        """The last part of the path in the task: the name of a link, not of its target."""
        return self.path.name

    @property
    def is_folder(self) -> bool:
        return self.tree is not None

    def require_unchanged(self) -> None:
        """Raises InvalidOption if a file changed since it was found: hash and upload could differ."""
        for file in self.files:
            try:
                now = file.path.stat()
            except OSError as error:
                raise _unreadable(self.option, file.path, error) from None
            if (now.st_size, now.st_mtime_ns) != (file.size, file.modified):
                raise InvalidOption(
                    f"{self.option}: {file.path} changed while it was read or uploaded. "
                    "Nothing was registered; run the task again when nothing writes there."
                )

    @functools.cached_property
    def content_hash(self) -> str:
        """The hash of code: number of files, then names and sizes, then bytes.

        Service fact: assets contract 8.2. Raises InvalidOption if a file cannot be read.
        """
        digest = hashlib.sha256(str(len(self.files)).encode())
        files = sorted(self.files, key=lambda file: (file.name.lower(), file.name))
        for file in files:
            digest.update(f"#{file.name}#{file.size}".encode())
        for file in files:
            self._add_bytes(digest, file)
        return digest.hexdigest()

    @functools.cached_property
    def object_hash(self) -> str:
        """The folder name under which models and data are uploaded.

        Service fact: assets contract 8.2. Raises InvalidOption if a file cannot be read.
        """
        digest = hashlib.sha256(_OBJECT_SEED)
        if self.tree is None:
            self._add_bytes(digest, self.files[0])
        else:
            self._add_folder(digest, self.tree)
        return digest.hexdigest()

    def _add_folder(self, digest: hashlib._Hash, folder: _Folder) -> None:
        for entry in folder.entries:
            digest.update(entry.name.rpartition("/")[2].encode())
            if isinstance(entry, _Folder):
                self._add_folder(digest, entry)
            else:
                self._add_bytes(digest, entry)

    def _add_bytes(self, digest: hashlib._Hash, file: File) -> None:
        try:
            with file.path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise _unreadable(self.option, file.path, error) from None


def md5(path: Path) -> bytes:
    """The checksum that storage keeps of a blob with this content. Raises OSError."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()


def read(path: str, option: str, beside: t.Sequence[str] = (), ignore: t.Sequence[str] = ()) -> Content:
    """Find the files of an asset; ``option`` is the option that names ``path``, for messages.

    ``beside``: files and folders elsewhere that are treated as part of the folder, under their own names. ``ignore``:
    patterns of files to leave out, in the language of gitignore, after those of the folder's ignore file. Raises
    InvalidOption if there is no such path, if the ignore rules leave no file, and for anything that is neither file nor
    folder, a name that is not UTF-8 or occurs twice, a broken or circular link, and a folder that cannot be read.
    """
    root = Path(os.path.abspath(os.path.expanduser(path)))
    try:
        status = root.stat()
        if not stat.S_ISDIR(status.st_mode):
            if beside:
                raise InvalidOption(
                    f"{option}: {root} is a file, and only a folder can include other files. "
                    "Name a folder, or leave the other files out."
                )
            _require_regular(option, root, status)
            return Content(option, root, (_file(root, _name(option, root), status),), None)
        walk = _Walk(option, read_ignore_rules(root, option, ignore))
        tree = _walk(root, "", walk, (_identity(status),))
        tree = _with(tree, [Path(os.path.abspath(os.path.expanduser(other))) for other in beside], walk)
    except OSError as error:
        raise _unreadable(option, root, error) from None
    files = tuple(_files(tree))
    if not files:
        raise InvalidOption(
            f"{option}: folder {root} holds no file to upload (empty, or everything in it is ignored by "
            f"{' or '.join(IGNORE_FILES)}). Put the files there, or correct {option}."
        )
    return Content(option, root, files, tree)


@dataclasses.dataclass(frozen=True)
class _Walk:
    option: str
    rules: IgnoreRules


def _walk(folder: Path, name: str, walk: _Walk, trail: tuple[tuple[int, int], ...]) -> _Folder:
    """Read one folder; ``trail``: identities of the folders above it, to detect circular links."""
    return _Folder(name, tuple(_entries(folder.iterdir(), name, walk, trail)))


def _with(tree: _Folder, others: list[Path], walk: _Walk) -> _Folder:
    """The root with further files and folders, in the order of a folder that holds them all."""
    taken = [entry.name for entry in tree.entries] + [path.name for path in others]
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        raise InvalidOption(f"{walk.option}: two files or folders would be named {twice[0]}. Rename one of them.")
    entries = (*tree.entries, *_entries(others, "", walk, ()))
    return _Folder("", tuple(sorted(entries, key=lambda entry: (entry.name.lower(), entry.name))))


def _entries(
    paths: t.Iterable[Path], name: str, walk: _Walk, trail: tuple[tuple[int, int], ...]
) -> list[File | _Folder]:
    entries: list[File | _Folder] = []
    for path in sorted(paths, key=lambda entry: (entry.name.lower(), entry.name)):
        below = f"{name}/{path.name}" if name else _name(walk.option, path)
        ignored = walk.rules.ignore(below)
        if ignored and not walk.rules.includes_again:
            continue
        _name(walk.option, path)
        try:
            status = path.stat()
        except OSError as error:
            if ignored:
                continue
            raise _unreadable(walk.option, path, error) from None
        if stat.S_ISDIR(status.st_mode):
            inner = _walk_inside(path, below, walk, trail, _identity(status))
            if not ignored or any(_files(inner)):
                entries.append(inner)
        elif not ignored:
            _require_regular(walk.option, path, status)
            entries.append(_file(path, below, status))
    return entries


def _walk_inside(
    path: Path, below: str, walk: _Walk, trail: tuple[tuple[int, int], ...], identity: tuple[int, int]
) -> _Folder:
    if not walk.rules.includes_again and walk.rules.ignore(f"{below}/"):
        return _Folder(below, ())  # only its name is part of the object hash
    if identity in trail:
        raise InvalidOption(f"{walk.option}: the link {path} leads back to a folder above it. Remove or ignore it.")
    try:
        return _walk(path, below, walk, (*trail, identity))
    except OSError as error:
        raise _unreadable(walk.option, path, error) from None


def _files(folder: _Folder) -> t.Iterator[File]:
    for entry in folder.entries:
        if isinstance(entry, _Folder):
            yield from _files(entry)
        else:
            yield entry


def _file(path: Path, name: str, status: os.stat_result) -> File:
    return File(path, name, status.st_size, status.st_mtime_ns)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _name(option: str, path: Path) -> str:
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise InvalidOption(
            f"{option}: the file name {os.fsencode(path)!r} is not UTF-8, and storage takes no other. Rename it."
        ) from None
    return path.name


def _require_regular(option: str, path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InvalidOption(
            f"{option}: {path} is neither a file nor a folder and cannot be uploaded. Remove or ignore it."
        )


def _unreadable(option: str, path: Path, error: OSError) -> InvalidOption:
    if isinstance(error, FileNotFoundError):
        hint = "It is a link that leads nowhere" if path.is_symlink() else "It does not exist where the task runs"
        return InvalidOption(f"{option}: cannot read {path}. {hint}. Correct the path or create it.")
    return InvalidOption(
        f"{option}: cannot read {path} ({error.strerror}). "
        "Make it readable for the user the task runs as, or ignore it."
    )
