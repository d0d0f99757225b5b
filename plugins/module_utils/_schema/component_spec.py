# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Components as YAML files describe them, and as they are sent: the form that the official SDK gives them.

Pure functions; what cannot be raises ValueError with its path. Service fact: assets contract 9.
"""

from __future__ import annotations

import copy
import re
import typing as t

from .._names.json_types import Json
from .data_modes import INPUT_MODES, OUTPUT_MODES

Tree = dict[str, Json]

# What is said about a component, and does not make it another.
WORDS = ("$schema", "name", "version", "display_name", "description", "tags")
_SOURCE = "YAML.COMPONENT"
_MODES = {**INPUT_MODES, **OUTPUT_MODES}
_PORT = frozenset({"type", "description", "mode", "optional", "default", "min", "max", "enum"})
_COMMAND = frozenset(
    {"command", "code", "environment", "distribution", "resources", "inputs", "outputs", "is_deterministic", "type"}
)
_PIPELINE = frozenset({"jobs", "settings", "inputs", "outputs", "is_deterministic", "type"})
_KEPT = ("display_name", "comment", "resources", "environment_variables")
_NODE = frozenset({"type", "component", "compute", "inputs", "outputs", *_KEPT})
_BINDING = frozenset({"type", "path", "mode"})
_FOLDER = "uri_folder"
_NAMED = re.compile(r"\${{\s*(inputs|outputs)\.([\w-]+)")


# Options of a task that lay a reference over what a definition writes, and their types.
REFERENCES = {"code": "str", "environment": "str", "components": "dict"}


def with_references(definition: t.Mapping[str, Json] | None, options: t.Mapping[str, Json]) -> Tree | None:
    """The definition with the references that the task itself gives, in place of local files for example."""
    given = {name: options[name] for name in REFERENCES if options.get(name) is not None}
    if definition is None:
        if given:
            raise ValueError(f"{min(given)} completes a definition, and the task gives none")
        return None
    laid_over = copy.deepcopy(dict(definition))
    for step, reference in given.pop("components", {}).items():
        node = _map(laid_over.get("jobs"), "jobs").get(step)
        if not isinstance(node, dict):
            raise ValueError(f"components: the definition has no step {step}")
        node["component"] = reference
    return {**laid_over, **given}


def read_component(definition: t.Mapping[str, Json]) -> Tree:
    """The specification to send, without name and version; references are as the file has them."""
    kind = definition.get("type") or "command"
    if kind == "command":
        spec = _command({**definition, "type": kind})
    elif kind == "pipeline":
        spec = _pipeline(definition)
    else:
        raise ValueError(f"type is {kind!r}: only command and pipeline are supported. Register others with az ml")
    if "inputs" in definition:
        spec["inputs"] = _ports(definition["inputs"], "inputs")
    if "outputs" in definition:
        spec["outputs"] = _ports(definition["outputs"], "outputs")
    return {**spec, "_source": _SOURCE}


def _command(definition: t.Mapping[str, Json]) -> Tree:
    _require(definition, ("command", "environment"), "")
    _require_known(definition, _COMMAND | set(WORDS), "")
    for key in ("environment", "code"):
        if not isinstance(definition.get(key, ""), str):
            raise ValueError(f"{key} is described in place: register it first, and write azureml:name:version")
    _require_named_ports(definition)
    return {"is_deterministic": True, **definition}


def _require_named_ports(definition: t.Mapping[str, Json]) -> None:
    """The official SDK refuses a command that names an input or output which the component does not have."""
    named = _NAMED.findall(str(definition["command"]))
    absent = [f"{ports}.{name}" for ports, name in named if name not in _map(definition.get(ports), ports)]
    if absent:
        raise ValueError(f"command names {', '.join(absent)}, and the component has no such input or output")


def _pipeline(definition: t.Mapping[str, Json]) -> Tree:
    _require(definition, ("jobs",), "")
    _require_known(definition, _PIPELINE | set(WORDS), "")
    nodes = _map(definition["jobs"], "jobs")
    return {**definition, "jobs": {name: _node(name, node) for name, node in nodes.items()}}


# -- inputs and outputs of the component itself ------------------------------------------------------------------------


def _ports(ports: Json, path: str) -> Tree:
    return {name: _port(port, f"{path}.{name}") for name, port in _map(ports, path).items()}


def _port(port: Json, path: str) -> Tree:
    """The service keeps values as text, in the form of their type."""
    port = _map(port, path)
    _require(port, ("type",), path)
    _require_known(port, _PORT, path)
    said = {key: port[key] for key in ("default", "min", "max") if port.get(key) is not None}
    return {**port, **{key: _text(value, port["type"], f"{path}.{key}") for key, value in said.items()}}


def _text(value: Json, kind: str, path: str) -> str:
    """A value as the official SDK reads and writes it: ``1e-3``, a text in YAML, is a number where one is expected."""
    try:
        if kind == "number":
            return str(float(value))
        if kind == "integer":
            return str(int(float(value)))
    except (TypeError, ValueError):
        raise ValueError(f"{path} is {value!r}, and the type is {kind}") from None
    if kind == "boolean":
        if str(value).lower() not in ("true", "false"):
            raise ValueError(f"{path} is {value!r}, and the type is boolean: write true or false")
        return str(value).capitalize()
    return str(value)


# -- the steps of a pipeline -------------------------------------------------------------------------------------------


def _node(name: str, node: Json) -> Tree:
    path = f"jobs.{name}"
    node = _map(node, path)
    _require(node, ("component",), path)
    _require_known(node, _NODE, path)
    reference = node["component"]
    if not isinstance(reference, str):
        raise ValueError(f"{path}.component is described in place: register it first, and write azureml:name:version")
    inputs, outputs = _map(node.get("inputs"), f"{path}.inputs"), _map(node.get("outputs"), f"{path}.outputs")
    sent = {
        "name": name,
        "type": node.get("type", "command"),
        **{key: node[key] for key in _KEPT if node.get(key) is not None},
        "componentId": reference,
        "_source": "REMOTE.REGISTRY" if reference.startswith("azureml://registries/") else "REMOTE.WORKSPACE.COMPONENT",
    }
    if node.get("compute"):
        sent["computeId"] = node["compute"]
    if inputs:
        sent["inputs"] = {key: _input(value, f"{path}.inputs.{key}") for key, value in inputs.items()}
    bound = {key: value for key, value in outputs.items() if value is not None}
    if bound:
        sent["outputs"] = {key: _output(value, f"{path}.outputs.{key}") for key, value in bound.items()}
    return sent


def _input(value: Json, path: str) -> Tree:
    if value is None or isinstance(value, list):
        raise ValueError(f"{path} is no value: write a text, a number, or a map with path")
    if not isinstance(value, dict):
        return {"job_input_type": "literal", "value": str(value)}
    _require(value, ("path",), path)
    _require_known(value, _BINDING, path)
    if is_expression(value["path"]):
        return {"job_input_type": "literal", "value": value["path"], **_mode(value, path)}
    return {"job_input_type": value.get("type", _FOLDER), "uri": value["path"], **_mode(value, path)}


def _output(value: Json, path: str) -> Tree:
    if is_expression(value):
        return {"type": "literal", "value": value}
    value = _map(value, path)
    _require_known(value, _BINDING, path)
    if is_expression(value.get("path")):
        return {"type": "literal", "value": value["path"], **_mode(value, path)}
    place = {"uri": value["path"]} if value.get("path") else {}
    return {"job_output_type": value.get("type", _FOLDER), **place, **_mode(value, path)}


def is_expression(value: Json) -> bool:
    """True for ``${{...}}``, which the service fills in when the pipeline runs."""
    return isinstance(value, str) and value.strip().startswith("${{")


def _mode(value: Tree, path: str) -> dict[str, str]:
    mode = value.get("mode")
    if mode is None:
        return {}
    if mode not in _MODES:
        raise ValueError(f"{path}.mode is {mode!r}: it is one of {', '.join(_MODES)}")
    return {"mode": _MODES[mode]}


# -- what is there -----------------------------------------------------------------------------------------------------


def _map(value: Json, path: str) -> Tree:
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{path} is no map")
    return value or {}


def _require(tree: t.Mapping[str, Json], keys: t.Iterable[str], path: str) -> None:
    for key in keys:
        if tree.get(key) is None:
            raise ValueError(f"{_below(path, key)} is missing")


def _require_known(tree: t.Mapping[str, Json], known: t.Collection[str], path: str) -> None:
    for key in tree:
        if key not in known:
            raise ValueError(f"{_below(path, key)} is not supported; supported here: {', '.join(sorted(known))}")


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
