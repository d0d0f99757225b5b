# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Inputs and outputs as the file of ``az ml batch-endpoint invoke --file`` has them, read as the module's options.

Source: MicrosoftDocs/azure-ai-docs, articles/machine-learning/how-to-access-data-batch-endpoints-jobs.md; the types of
values are those of the official SDK (azure-ai-ml 1.31, BatchJobSchema and Output).
"""

from __future__ import annotations

import json
import os
import typing as t

from .._engine.option_type import kind_of
from .._errors import InvalidOption
from .._names.json_types import Json
from .._names.storage_uri import is_cloud
from .inputs_outputs import LITERAL

_VALUES = ("string", "number", "integer", "boolean")
_OUTPUT_TYPE = "uri_folder"


def read_inputs(at: str, value: Json, folder: str | None) -> Json:
    """The option ``inputs``. Relative paths are meant from ``folder``.

    Raises InvalidOption, naming the path below ``at``, for a text that may be a path or a value.
    """
    if not isinstance(value, dict):
        return value
    return {name: _read_input(f"{at}.{name}", entry, folder) for name, entry in value.items()}


def read_outputs(_at: str, value: Json, _folder: str | None) -> Json:
    """The option ``outputs``, with the type that az ml gives an output which has none."""
    if not isinstance(value, dict):
        return value
    return {name: _read_output(entry) for name, entry in value.items()}


def _read_input(at: str, entry: Json, folder: str | None) -> Json:
    if isinstance(entry, str) and not _is_place(entry):
        raise InvalidOption(f"{at}: {entry!r} is a path or a value. Write a map with path, or with value.")
    if isinstance(entry, str):
        return {"path": entry}
    if isinstance(entry, (bool, int, float)):
        return {"type": LITERAL, "value": entry}
    if not isinstance(entry, dict):
        return entry
    if entry.get("type") in _VALUES:
        return _read_value(at, entry)
    path = entry.get("path")
    if folder is not None and isinstance(path, str) and path and not _is_place(path):
        return {**entry, "path": os.path.join(folder, os.path.expanduser(path))}
    return entry


def _is_place(text: str) -> bool:
    return is_cloud(text) or text.startswith("/")


def _read_value(at: str, entry: dict[str, t.Any]) -> Json:
    """A value, which a file has as the default of a typed input."""
    given = [key for key in ("default", "value") if entry.get(key) is not None]
    if len(given) != 1 or set(entry) - {"type", *given}:
        raise InvalidOption(f"{at}: an input of type {entry['type']} has a type and a default. Give no other key.")
    value, kind = entry[given[0]], entry["type"]
    if not isinstance(value, (str, int, float)):
        raise InvalidOption(f"{at}.{given[0]}: expected a {kind}, not {kind_of(value)}.")
    return {"type": LITERAL, "value": value if isinstance(value, str) else json.dumps(value)}


def _read_output(entry: Json) -> Json:
    if isinstance(entry, str):
        return {"type": _OUTPUT_TYPE, "path": entry}
    return {"type": _OUTPUT_TYPE, **entry} if isinstance(entry, dict) else entry
