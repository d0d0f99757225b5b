"""What the service makes of a component's spec: what it drops, fills in and expands, and what it does not answer."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from .call import Call
from .curated import expanded

ANONYMOUS = "azureml_anonymous"
"""The name under which clients register anonymous components."""

_ORDER = (
    "$schema",
    "name",
    "version",
    "display_name",
    "is_deterministic",
    "type",
    "description",
    "tags",
    "inputs",
    "outputs",
    "code",
    "environment",
    "resources",
    "command",
)
_DROPPED = frozenset({"_source", "id"})
_COSMETIC = frozenset({"display_name", "description", "tags", "$schema"})
_COMPUTE = re.compile(r"azureml:([\w-]+)")
_WITHOUT_RESOURCES = frozenset({"parallel", "data_transfer"})


def rewrite(properties: dict[str, Any], call: Call) -> None:
    """Service fact: asset contract 9, 14.24, 14.26, 14.32."""
    spec = {key: _text(value) for key, value in properties["componentSpec"].items() if key not in _DROPPED}
    spec = {key: value for key, value in spec.items() if value is not None}
    spec.setdefault("version", call.names[1])
    kind = spec.get("type", "command")
    for port in (spec.get("inputs") or {}).values():
        port.setdefault("optional", "False")
        port |= {"default": _compute_name(port["default"])} if "default" in port else {}
    if kind == "pipeline":
        spec.setdefault("is_deterministic", "False")
    elif kind == "command":
        spec["resources"] = {"instance_count": "1", **(spec.get("resources") or {})}
    elif kind in _WITHOUT_RESOURCES:
        spec.pop("resources", None)
    elif kind == "spark":
        for port in (*(spec.get("inputs") or {}).values(), *(spec.get("outputs") or {}).values()):
            port.pop("mode", None)
    for holder in (spec, spec.get("task")):
        if isinstance(holder, dict) and "environment" in holder:
            holder["environment"] = expanded(holder["environment"])
    if "default_compute" in spec:
        spec["default_compute"] = _compute_name(spec["default_compute"])
    known = {key: spec.pop(key) for key in _ORDER if key in spec}
    properties["componentSpec"] = known | spec
    properties["description"] = None


def keep_jobs(existing: Mapping[str, Any], stored: dict[str, Any], policy: str) -> None:
    """Give the new spec of a pipeline component the jobs of the existing one, where it may come without. (A 14.24)"""
    old, new = existing["componentSpec"], stored["componentSpec"]
    if "jobs" not in old or "jobs" in new:
        return
    if policy == "kept":
        new["jobs"] = old["jobs"]


def changed_field(existing: Mapping[str, Any], stored: Mapping[str, Any], policy: str) -> str | None:
    """Name of a part of the spec that differs and may not; None when there is none."""
    old, new = existing["componentSpec"], stored["componentSpec"]
    overlooked = _COSMETIC | ({"jobs"} if policy == "lost" and "jobs" not in new else set())
    names = sorted((old.keys() | new.keys()) - overlooked)
    return next((name for name in names if old.get(name) != new.get(name)), None)


def shown(spec: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """The spec as it is answered. Service fact: asset contract 14.24 (a pipeline's jobs are not answered)."""
    hidden = call.state.policies["pipeline_component_jobs"] == "hidden"
    return {key: value for key, value in spec.items() if key != "jobs" or not hidden}


def service_version(properties: Mapping[str, Any]) -> str:
    """The GUID that the service gives an anonymous component: the same for the same spec."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(properties["componentSpec"], sort_keys=True)))


def _compute_name(value: Any) -> Any:
    found = _COMPUTE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else value


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text(item) for item in value]
    return str(value) if isinstance(value, (bool, int, float)) else value
