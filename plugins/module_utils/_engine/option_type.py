# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Option values in a definition: their types, choices and suboptions.

Ansible checks the options of a task, and makes a text of anything, a map of ``a=b``. In a definition a value is what
YAML says that it is: a wrong one is refused with its path, and without its text, which may be a misplaced secret.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.validation import check_type_bool, check_type_str

from .._errors import InvalidOption

About = t.Mapping[str, t.Any]
"""The argument spec of one option."""

_EXPECTED = {"dict": "a map", "list": "a list", "int": "a whole number", "bool": "true or false"}
_CONVERTERS: dict[str, t.Callable[[t.Any], t.Any]] = {"int": int, "bool": check_type_bool}
_BOOLEANS = frozenset({"yes", "no", "on", "off", "true", "false"})


def typed(path: str, value: t.Any, about: About) -> t.Any:
    """The value in the type of its option, choices as the option spells them. Raises InvalidOption, naming the path."""
    kind = about.get("type", "str")
    if value is None or kind == "raw":
        return value
    if not _fits(kind, value):
        raise InvalidOption(f"{path}: expected {_EXPECTED.get(kind, 'a text')}, not {kind_of(value)}.")
    if kind == "dict":
        return _suboptions(path, value, about)
    if kind == "list":
        element = {**about, "type": about.get("elements", "raw")}
        return [typed(f"{path}.{number}", item, element) for number, item in enumerate(value)]
    if "choices" in about:
        return _choice(path, value, about["choices"])
    return _CONVERTERS.get(kind, check_type_str)(value)


def unknown_keys(path: str, value: t.Any, about: About) -> t.Iterator[str]:
    """The paths of the keys, at any depth, that a value has and its option lacks."""
    options = about.get("options")
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from unknown_keys(f"{path}.{number}", item, about)
    elif isinstance(value, dict) and options:
        for name, item in value.items():
            if name in options:
                yield from unknown_keys(f"{path}.{name}", item, options[name])
            else:
                yield f"{path}.{name}"


def _fits(kind: str, value: t.Any) -> bool:
    if kind in ("dict", "list"):
        return isinstance(value, dict if kind == "dict" else list)
    if isinstance(value, (dict, list)):
        return False
    if kind == "int":
        return re.fullmatch(r"-?\d+", str(value)) is not None
    return kind != "bool" or str(value).lower() in _BOOLEANS


def kind_of(value: t.Any) -> str:
    """What a value is, in words."""
    kinds = {dict: "a map", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "nothing" if value is None else "a text")


def chosen(word: t.Any, choices: t.Iterable[str]) -> str | None:
    """The choice that a word means: others write ``LowPriority``, ``low-priority`` or ``Tier.LOW_PRIORITY``."""
    last = str(word).rpartition(".")[2]
    return next((choice for choice in choices if _folded(choice) == _folded(last)), None)


def _choice(path: str, word: t.Any, choices: t.Sequence[str]) -> str:
    choice = chosen(word, choices)
    if choice is None:
        raise InvalidOption(f"{path}: {word!r} is none of {', '.join(choices)}.")
    return choice


def _folded(word: str) -> str:
    return re.sub(r"[_\s-]", "", word).lower()


def _suboptions(path: str, value: dict[str, t.Any], about: About) -> dict[str, t.Any]:
    options = about.get("options")
    if not options:
        return value
    missing = [name for name, inner in options.items() if inner.get("required") and value.get(name) is None]
    if missing:
        raise InvalidOption(f"{path}: {', '.join(missing)} is missing. Add it to the definition.")
    return {name: typed(f"{path}.{name}", item, options[name]) for name, item in value.items()}
