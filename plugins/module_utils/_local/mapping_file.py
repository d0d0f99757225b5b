# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Options that hold a mapping, or name the YAML or JSON file that does."""

from __future__ import annotations

import collections
import functools
import json
import math
import os
import typing as t
from pathlib import Path

from .._errors import InvalidOption
from .yaml_text import DEEPEST, InvalidYaml, parse_yaml

_LARGEST = 16 << 20
"""Bytes of a file. No environment or component comes near it; a larger file is not the one that was meant."""


def read_mapping(value: t.Any, option: str) -> dict[str, t.Any]:
    """The mapping that an option gives, itself or by the path of a file.

    Raises InvalidOption, with file and line, for what is unreadable, not YAML, repeats a key, is no mapping, holds more
    than JSON can, or is of absurd size or depth.
    """
    if isinstance(value, str):
        path = Path(os.path.abspath(os.path.expanduser(value)))
        return _checked(_parsed(_text(path, option), path, option), f"{option}: {path}", ", line 1,")
    return _checked(value, f"{option}: the value", "")


def _text(path: Path, option: str) -> str:
    try:
        if path.exists() and not path.is_file():  # reading a pipe could wait for ever
            reason = "it is no file"
        elif path.stat().st_size > _LARGEST:
            reason = f"it is larger than {_LARGEST >> 20} MiB"
        else:
            return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reason = "it does not exist where the task runs"
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    raise InvalidOption(f"{option}: cannot read {path}: {reason}. Name a YAML or JSON file, or give a mapping.")


def _parsed(text: str, path: Path, option: str) -> t.Any:
    try:
        return json.loads(text, object_pairs_hook=functools.partial(_once, f"{option}: {path}"))
    except (ValueError, RecursionError):
        pass  # then it has to be YAML
    try:
        return parse_yaml(text)
    except InvalidYaml as error:
        line = f", line {error.line}" if error.line else ""
        raise InvalidOption(f"{option}: {path}{line} is not YAML: {error.problem}. Correct the file.") from None


def _once(where: str, pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    """A JSON object, none of whose keys is lost to another of the same name."""
    counts = collections.Counter(name for name, _value in pairs)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise InvalidOption(f"{where}: the key {twice[0]} occurs twice in one map. Correct the file.")
    return dict(pairs)


def _checked(value: t.Any, where: str, line: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise InvalidOption(
            f"{where}{line} is no mapping (names with values) but {_kind(value)}. "
            "Give a mapping, or the path of a YAML or JSON file that holds one."
        )
    if _is_deeper(value, DEEPEST):
        raise InvalidOption(f"{where}: it is nested more than {DEEPEST} levels deep. Correct it.")
    for at, kind in _beyond_json(value, ""):
        raise InvalidOption(f"{where}: {at} is {kind}, and JSON has none. Put such values in quotes.")
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(value)))


def _is_deeper(value: t.Any, levels: int) -> bool:
    if not isinstance(value, (dict, list, tuple)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _beyond_json(value: t.Any, at: str) -> t.Iterator[tuple[str, str]]:
    """The values and keys that JSON cannot hold: where each is, and what it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            path = f"{at}.{name}" if at else str(name)
            yield from ((f"the key {where}", kind) for where, kind in _beyond_json(name, path))
            yield from _beyond_json(inner, path)
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from _beyond_json(inner, f"{at}.{number}")
    elif isinstance(value, float) and not math.isfinite(value):
        yield at, f"the number {value}"
    elif value is not None and not isinstance(value, (str, bool, int, float)):
        yield at, f"a {type(value).__name__}"


def _kind(value: t.Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, (list, str)):
        return "a list" if isinstance(value, list) else "a text"
    return "a single value"
