# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether a value in a file can be that of an option.

Ansible checks the options of a task, and makes a text of anything, a map of ``a=b``. In a file each value says itself
what it is, and a wrong one is told with its path, and without its text, which may be a secret in the wrong place.
"""

from __future__ import annotations

import re
import typing as t

from .._errors import InvalidOption

About = t.Mapping[str, t.Any]  # what an argument spec says of an option

_WANTED = {"dict": "a map", "list": "a list", "int": "a whole number", "bool": "true or false"}
_WORDS_OF_BOOLEANS = frozenset({"yes", "no", "on", "off", "true", "false"})


def typed(path: str, value: t.Any, about: About) -> t.Any:
    """The value, with choices spelled as the option does. Raises InvalidOption, naming the path."""
    kind = about.get("type", "str")
    if value is None or kind == "raw":
        return value
    if not _fits(kind, value):
        raise InvalidOption(f"{path}: {_WANTED.get(kind, 'a text')} is wanted, not {kind_of(value)}.")
    if kind == "dict":
        return _entries(path, value, about)
    if kind == "list":
        return _items(path, value, about)
    return _choice(path, value, about["choices"]) if "choices" in about else value


def _fits(kind: str, value: t.Any) -> bool:
    if kind in ("dict", "list"):
        return isinstance(value, dict if kind == "dict" else list)
    if isinstance(value, (dict, list)):
        return False
    if kind == "int":
        return re.fullmatch(r"-?\d+", str(value)) is not None
    return kind != "bool" or str(value).lower() in _WORDS_OF_BOOLEANS


def kind_of(value: t.Any) -> str:
    """What a value is, in words."""
    kinds = {dict: "a map", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "nothing" if value is None else "a text")


def chosen(word: t.Any, choices: t.Iterable[str]) -> str | None:
    """The choice that a word means: other clients write ``LowPriority`` or ``low-priority`` for ``low_priority``."""
    return next((choice for choice in choices if _folded(choice) == _folded(str(word))), None)


def _choice(path: str, word: t.Any, choices: t.Sequence[str]) -> str:
    choice = chosen(word, choices)
    if choice is None:
        raise InvalidOption(f"{path}: {word!r} is none of {', '.join(choices)}.")
    return choice


def _folded(word: str) -> str:
    return re.sub(r"[_\s-]", "", word).lower()


def _items(path: str, value: list[t.Any], about: About) -> list[t.Any]:
    element = {"type": about.get("elements", "raw"), "options": about.get("options")}
    return [typed(f"{path}.{number}", item, element) for number, item in enumerate(value)]


def _entries(path: str, value: dict[str, t.Any], about: About) -> dict[str, t.Any]:
    inner = about.get("options")
    if not inner:
        return value
    unknown = next((name for name in value if name not in inner), None)
    if unknown is not None:
        supported = ", ".join(sorted(inner))
        raise InvalidOption(f"{path}.{unknown}: this key is not supported. Supported here: {supported}.")
    return {name: typed(f"{path}.{name}", item, inner[name]) for name, item in value.items()}
