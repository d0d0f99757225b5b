# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Which local files make up an asset, and the hashes by which the service's clients recognise them."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import re
import stat
import typing as t
from pathlib import Path

from .._errors import InvalidOption

HASH_VERSION = "202208"
IGNORE_FILES = (".amlignore", ".gitignore")  # the first that stands in the root is read, and no other
_OBJECT_SEED = b"Initialize for october 2021 AML CLI version"
_CHUNK = 1 << 20


@dataclasses.dataclass(frozen=True)
class File:
    """One file that counts: where it is, and its name below the root of the asset, with forward slashes."""

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
    """A local file or folder as it will be uploaded. ``files`` are those that no ignore rule leaves out."""

    option: str
    path: Path
    files: tuple[File, ...]
    tree: _Folder | None

    @property
    def name(self) -> str:
        """The last part of the path as the task writes it: the name of a link, not of what it points to."""
        return self.path.name

    @property
    def is_folder(self) -> bool:
        return self.tree is not None

    def require_unchanged(self) -> None:
        """Raises InvalidOption when a file changed since it was found: hash and upload may differ then."""
        for file in self.files:
            try:
                now = file.path.stat()
            except OSError as error:
                raise _unreadable(self.option, file.path, error) from None
            if (now.st_size, now.st_mtime_ns) != (file.size, file.modified):
                raise InvalidOption(
                    f"{self.option}: {file.path} changed while it was read or uploaded. "
                    "Nothing was registered; run the task again when nobody writes there."
                )

    @functools.cached_property
    def content_hash(self) -> str:
        """The fingerprint of code: number of files, then names and sizes, then bytes.

        Service fact: assets contract 8.2. Raises InvalidOption when a file cannot be read.
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

        Service fact: assets contract 8.2. Raises InvalidOption when a file cannot be read.
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


def read(path: str, option: str, beside: t.Sequence[str] = ()) -> Content:
    """Find the files of an asset; ``option`` is the option that names ``path``, for messages.

    ``beside``: files and folders elsewhere that count as if they stood in the folder, under their own names. Raises
    InvalidOption: nothing there, nothing left after the ignore rules, something that is neither file nor folder, a name
    that is no UTF-8 or stands twice, a link that leads nowhere or in a circle, a folder that cannot be read.
    """
    root = Path(os.path.abspath(os.path.expanduser(path)))
    try:
        status = root.stat()
        if not stat.S_ISDIR(status.st_mode):
            if beside:
                raise InvalidOption(f"{option}: {root} is a file, and only a folder takes other files in.")
            _require_regular(option, root, status)
            return Content(option, root, (_file(root, _name(option, root), status),), None)
        walk = _Walk(option, _ignore_rules(option, root))
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
    """Read one folder; ``trail`` holds the identities of the folders above, to notice links that lead back up."""
    return _Folder(name, tuple(_entries(folder.iterdir(), name, walk, trail)))


def _with(tree: _Folder, others: list[Path], walk: _Walk) -> _Folder:
    """The root with more files and folders in it, at the places where they would stand."""
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
        if ignored and not walk.rules.can_readmit:
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
    if not walk.rules.can_readmit and walk.rules.ignore(f"{below}/"):
        return _Folder(below, ())  # nothing in it counts; only its name enters the object hash
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


def _ignore_rules(option: str, root: Path) -> IgnoreRules:
    found = next((root / name for name in IGNORE_FILES if (root / name).exists()), None)
    if found is None:
        return IgnoreRules("")
    try:
        return IgnoreRules(found.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidOption(f"{option}: the ignore file {found} is not UTF-8 text. Save it as UTF-8.") from None


class IgnoreRules:
    """The lines of an ignore file, in the language of gitignore: the last line that matches a path decides."""

    def __init__(self, text: str) -> None:
        rules = (_rule(line) for line in text.split("\n"))
        self._rules = [rule for rule in rules if rule is not None]

    @property
    def can_readmit(self) -> bool:
        """May a file count although its folder does not? Then ignored folders have to be searched as well."""
        return any(not ignores for ignores, _matches in self._rules)

    def ignore(self, name: str) -> bool:
        """Is the file with this name below the root left out? A folder is asked with a slash at the end."""
        for ignores, pattern in reversed(self._rules):
            if pattern.fullmatch(name):
                return ignores
        return False


def _rule(line: str) -> tuple[bool, re.Pattern[str]] | None:
    """One line as (does it ignore?, pattern); None for blank lines and comments."""
    line = re.sub(r"(?<!\\)\s+\Z", "", line)
    if not line or line.startswith("#"):
        return None
    ignores = not line.startswith("!")
    pattern = line if ignores else line[1:]
    parts = pattern.strip("/").split("/")
    if parts == [""]:
        return None
    if "/" not in pattern.rstrip("/"):
        parts = ["**", *parts]  # without a slash a name is looked for in every folder
    try:
        return ignores, re.compile(_path_pattern(parts, folders_only=pattern.endswith("/")), re.DOTALL)
    except re.error:
        return None  # a range such as [z-a] matches nothing


def _path_pattern(parts: list[str], *, folders_only: bool) -> str:
    if folders_only and set(parts) == {"**"}:
        return ".+/.*"
    *steps, last = parts
    pattern = "".join("(?:.+/)?" if step == "**" else f"{_name_pattern(step)}/" for step in steps)
    if last == "**":
        return f"{pattern}.*"
    return f"{pattern}{_name_pattern(last)}{'/.*' if folders_only else '(?:/.*)?'}"


_WILDCARD = re.compile(
    r"""\\(?P<escaped>.)
    | (?P<stars>\*+)
    | (?P<any>\?)
    | \[(?P<not>[!^]?)(?P<set>\][^\]]*|[^\]]+)\]
    | (?P<plain>.)""",
    re.DOTALL | re.VERBOSE,
)


def _name_pattern(wildcards: str) -> str:
    return "".join(_wildcard(match) for match in _WILDCARD.finditer(wildcards))


def _wildcard(match: re.Match[str]) -> str:
    if match["stars"]:
        return "[^/]*"
    if match["any"]:
        return "[^/]"
    if match["set"]:
        inside = re.sub(r"([\[\]\\])", r"\\\1", match["set"])
        return f"(?!/)[{'^' if match['not'] else ''}{inside}]"
    return re.escape(match["escaped"] or match["plain"])
