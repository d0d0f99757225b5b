# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Assets that a definition describes inline, in place of a reference: by their keys, their local path or their file."""

from __future__ import annotations

import copy
import dataclasses
import os
import re
import typing as t

from .._errors import InvalidOption
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._names.storage_uri import is_cloud

Tree = dict[str, Json]

_FILE = "file:"
_REFERENCE = re.compile(r"azureml:|/subscriptions/|[^:@/]+[:@][^:@/]+\Z", re.IGNORECASE)
_YAML = re.compile(r"(?:.*/)?[^:@/]+\.(?:ya?ml|json)", re.IGNORECASE)
# The collections whose assets can be inline, and which of their keys hold local paths.
_PATHS: dict[str, tuple[str, ...]] = {
    "codes": ("path",),
    "models": ("path",),
    "environments": ("conda_file", "build.path"),
    "components": (),
}
_BINDING = re.compile(r"\${{\s*parent\.(?:inputs\.(?P<input>\w+)|jobs\.(?P<job>\w+)\.outputs\.(?P<output>\w+))\s*}}")
_INCLUDES = "additional_includes"
_OF_THE_COMPONENT = ("command", "code", "environment", "distribution", _INCLUDES)
_FOLDER = "uri_folder"
# What the official SDK never uploads with the code of a component, whatever its ignore file says (assets contract 8.2).
_LEFT_OUT = ("__pycache__",)


@dataclasses.dataclass(frozen=True)
class InlineAsset:
    """An asset of the collection ``kind`` that a definition describes at ``path``.

    ``definition``: what the module of this kind of asset would be given, a mapping or a file.
    """

    path: str
    kind: str
    definition: Tree | str

    def requiring(self, file: str) -> InlineAsset:
        """The same code, which must have this file."""
        return dataclasses.replace(self, definition={**t.cast("Tree", self.definition), "required_files": [file]})


def inline_asset(kind: str, path: str, value: Json, folder: str | None) -> InlineAsset | None:
    """The asset at ``path``, where a reference to one of the collection ``kind`` may be; None for a reference.

    ``folder``: that of the file around it, where relative paths start; None: where the task runs.
    """
    if not _is_inline(kind, value):
        return None
    absolute = _absolute(kind, value, folder)
    return InlineAsset(path, kind, {"path": absolute} if kind == "codes" else absolute)


def _is_inline(kind: str, value: Json) -> bool:
    if isinstance(value, dict):
        return kind in _PATHS and kind != "codes"
    if kind not in _PATHS or not isinstance(value, str):
        return False
    if value.startswith(_FILE):
        return True
    if _REFERENCE.match(value):
        return False
    return kind == "codes" or (kind == "components" and _YAML.fullmatch(value) is not None)


def _absolute(kind: str, value: Json, folder: str | None) -> Json:
    """The same with paths that no longer depend on a folder."""
    if isinstance(value, str):
        return _joined(value.removeprefix(_FILE), folder)
    if kind == "components":
        return normalized_component(value, folder)
    absolute = copy.deepcopy(value)
    for key in _PATHS[kind]:
        if isinstance(get_at(absolute, key), str):
            set_at(absolute, key, _joined(get_at(absolute, key), folder))
    return absolute


def _joined(path: str, folder: str | None) -> str:
    return path if folder is None or is_cloud(path) else os.path.join(folder, os.path.expanduser(path))


# -- components --------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Slot:
    """A place in a component that holds a reference or an inline asset."""

    holder: Tree
    key: str
    kind: str
    path: str


def _slots(tree: Tree) -> t.Iterator[_Slot]:
    yield _Slot(tree, "code", "codes", "code")
    yield _Slot(tree, "environment", "environments", "environment")
    jobs = tree.get("jobs")
    for step, node in jobs.items() if isinstance(jobs, dict) else ():
        if isinstance(node, dict):
            yield _Slot(node, "component", "components", f"jobs.{step}.component")


def normalized_component(tree: Tree, folder: str | None) -> Tree:
    """A component in which each step that is a command has an inline component, and no path depends on a folder.

    Raises InvalidOption for a step with an input whose type is unknown.
    """
    normalized = copy.deepcopy(tree)
    jobs = normalized.get("jobs")
    steps: Tree = jobs if isinstance(jobs, dict) else {}
    for step, node in steps.items():
        if isinstance(node, dict) and "component" not in node and "command" in node:
            steps[step] = _with_component(node, normalized, f"jobs.{step}")
        elif isinstance(node, dict) and isinstance(node.get("component"), dict):
            node["component"].setdefault("type", node.get("type", "command"))
    for slot in _slots(normalized):
        if _is_inline(slot.kind, slot.holder.get(slot.key)):
            slot.holder[slot.key] = _absolute(slot.kind, slot.holder[slot.key], folder)
    if isinstance(normalized.get(_INCLUDES), list):
        normalized[_INCLUDES] = [_joined(str(path), folder) for path in normalized[_INCLUDES]]
    return normalized


def inline_assets_of(tree: Tree) -> list[InlineAsset]:
    """The inline assets of a normalized component."""
    found = (inline_asset(slot.kind, slot.path, slot.holder.get(slot.key), None) for slot in _slots(tree))
    return [_as_code_of_a_component(asset, tree.get(_INCLUDES)) for asset in found if asset]


def _as_code_of_a_component(asset: InlineAsset, includes: Json) -> InlineAsset:
    """Code with the files that its component adds to it, without those that components leave out."""
    code = t.cast("Tree", asset.definition)
    if asset.kind != "codes" or is_cloud(code["path"]):
        return asset
    added = {} if includes is None else {_INCLUDES: includes}
    return dataclasses.replace(asset, definition={**code, **added, "ignore": list(_LEFT_OUT)})


def with_ids(tree: Tree, ids: t.Mapping[str, str]) -> Tree:
    """The component with references in place of its inline assets; ``ids``: path -> id."""
    filled = copy.deepcopy(tree)
    for slot in _slots(filled):
        if slot.path in ids:
            slot.holder[slot.key] = ids[slot.path]
    if "code" in ids:
        filled.pop(_INCLUDES, None)
    return filled


# -- steps that are commands -------------------------------------------------------------------------------------------


def _with_component(node: Tree, parent: Tree, path: str) -> Tree:
    """A step that is a command, as a step with a component: its inputs and outputs become those of the component."""
    inputs, outputs = node.get("inputs") or {}, node.get("outputs") or {}
    component = {key: node[key] for key in _OF_THE_COMPONENT if key in node}
    component["type"] = "command"
    if inputs:
        component["inputs"] = {
            name: {"type": _type_of(value, parent, f"{path}.inputs.{name}")} for name, value in inputs.items()
        }
    if outputs:
        component["outputs"] = {name: {"type": _output_type(value)} for name, value in outputs.items()}
    return {**{key: value for key, value in node.items() if key not in _OF_THE_COMPONENT}, "component": component}


def _type_of(value: Json, parent: Tree, path: str) -> str:
    if isinstance(value, dict) and ("type" in value or _BINDING.fullmatch(str(value.get("path"))) is None):
        return str(value.get("type", _FOLDER))
    if isinstance(value, (bool, int, float)):
        return {bool: "boolean", int: "integer", float: "number"}[type(value)]
    text = value["path"] if isinstance(value, dict) else str(value)
    binding = _BINDING.fullmatch(text.strip())
    if binding is None:
        return "string"
    if binding["input"]:
        bound = get_at(parent, f"inputs.{binding['input']}.type")
    else:
        bound = _output_type(get_at(parent, f"jobs.{binding['job']}.outputs.{binding['output']}"))
    if bound is None:
        raise InvalidOption(f"{path}: the type of {text} is unknown. Write a map with path and type.")
    return str(bound)


def _output_type(value: Json) -> str:
    return str(value.get("type", _FOLDER)) if isinstance(value, dict) else _FOLDER
