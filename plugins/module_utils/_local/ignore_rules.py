# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Which files of a folder are left out: ``.amlignore`` or ``.gitignore``, in the language of gitignore."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from .._errors import InvalidOption

IGNORE_FILES = (".amlignore", ".gitignore")  # only the first that exists in the root is read


class IgnoreRules:
    """The lines of an ignore file, in the language of gitignore: the last line that matches a path decides.

    ``more``: further patterns after those of the file.
    """

    def __init__(self, text: str, more: t.Sequence[str] = ()) -> None:
        rules = (_rule(line) for line in (*text.split("\n"), *more))
        self._rules = [rule for rule in rules if rule is not None]

    @property
    def includes_again(self) -> bool:
        """True if a rule may include a file of an ignored folder, so that ignored folders must be searched too."""
        return any(not ignores for ignores, _matches in self._rules)

    def ignore(self, name: str) -> bool:
        """True if the file with this name below the root is left out; the name of a folder ends with a slash."""
        for ignores, pattern in reversed(self._rules):
            if pattern.fullmatch(name):
                return ignores
        return False


def _rule(line: str) -> tuple[bool, re.Pattern[str]] | None:
    """One line as (ignores, pattern); None for blank lines and comments."""
    line = re.sub(r"(?<!\\)\s+\Z", "", line)
    if not line or line.startswith("#"):
        return None
    ignores = not line.startswith("!")
    pattern = line if ignores else line[1:]
    parts = pattern.strip("/").split("/")
    if parts == [""]:
        return None
    if "/" not in pattern.rstrip("/"):
        parts = ["**", *parts]  # a name without a slash matches in every folder
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


def read_ignore_rules(root: Path, option: str, more: t.Sequence[str] = ()) -> IgnoreRules:
    """The rules of the first ignore file in a folder, none if it has none, and ``more`` patterns after them.

    Raises InvalidOption, naming ``option``, for a file that is not UTF-8, OSError for one that cannot be read.
    """
    found = next((root / name for name in IGNORE_FILES if (root / name).exists()), None)
    if found is None:
        return IgnoreRules("", more)
    try:
        return IgnoreRules(found.read_text(encoding="utf-8-sig"), more)
    except UnicodeDecodeError:
        raise InvalidOption(f"{option}: the ignore file {found} is not UTF-8 text. Save it as UTF-8.") from None
