# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Options that hold a mapping, or name the YAML or JSON file that does."""

from __future__ import annotations

import json
import os
import traceback
import typing as t
from pathlib import Path

from ._errors import InvalidOption, MissingLibrary


def read_mapping(value: t.Any, option: str) -> dict[str, t.Any]:
    """The mapping that an option gives, itself or by the path of a file.

    Raises InvalidOption, with file and line, for what is unreadable, not YAML, no mapping, or holds more than JSON can.
    """
    if isinstance(value, str):
        path = Path(os.path.abspath(os.path.expanduser(value)))
        return _checked(_parsed(_text(path, option), path, option), option, f"{path}, line 1,")
    return _checked(value, option, "the value")


def _text(path: Path, option: str) -> str:
    try:
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
        return json.loads(text)
    except ValueError:
        pass  # then it has to be YAML
    try:
        import yaml
    except ImportError:
        raise MissingLibrary("PyYAML", traceback.format_exc()) from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise InvalidOption(f"{option}: {path}{line} is not YAML: {problem}. Correct the file.") from None


def _checked(value: t.Any, option: str, where: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise InvalidOption(
            f"{option}: {where} is no mapping (names with values) but {_kind(value)}. "
            "Give a mapping, or the path of a YAML or JSON file that holds one."
        )
    try:
        return t.cast("dict[str, t.Any]", json.loads(json.dumps(value)))
    except (TypeError, ValueError) as error:
        raise InvalidOption(f"{option}: {where} {error}. Put such values in quotes.") from None


def _kind(value: t.Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, (list, str)):
        return "a list" if isinstance(value, list) else "a text"
    return "a single value"
