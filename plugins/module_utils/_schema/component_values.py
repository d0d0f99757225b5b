# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The value type of components: their specification, its references, and when two of them are equal."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import re
import typing as t
import uuid

from .._names.arm_id import WorkspaceId, parse
from .._names.json_types import Json
from .._names.references import expand
from .._names.references import parse as parse_reference
from .._names.storage_uri import is_cloud
from .component_spec import WORDS, Tree, is_expression, read_component
from .value_type import ValueType

_CURATED = re.compile(r"(?:azureml:)?(?P<name>AzureML-[^:@/]+):(?P<version>[^:@/]+)")
_NAMED = re.compile(r"azureml:([\w-]+)")
_MODELS = frozenset({"custom_model", "mlflow_model", "triton_model"})
# Parts of a pipeline that the service does not return (assets contract 14.24).
_UNSEEN = ("jobs", "settings")


@dataclasses.dataclass(frozen=True)
class Place:
    """A reference inside a specification. ``prefix`` precedes a full id there."""

    holder: Tree
    key: str
    kind: str
    path: str
    prefix: str = ""

    @property
    def text(self) -> str:
        """The reference; a full id begins with a slash."""
        return _plain(str(self.holder[self.key]))

    def settle(self, full_id: str) -> None:
        """Write a full id. One of a curated environment is written in the short form, which the service expands."""
        prefixed = f"{self.prefix}{full_id}" if full_id.startswith("/") else full_id
        self.holder[self.key] = _short_curated(full_id) or prefixed


class ComponentSpec(ValueType):
    """A component: the map of its YAML file in the task, a specification in JSON.

    The service returns all values as text, adds defaults, and expands references (assets contract 9).
    """

    type = "raw"

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        spec = read_component(copy.deepcopy(value))
        for place in places(spec):
            try:
                if parse_reference(place.text, place.kind).label is None:
                    place.settle(expand(place.text, place.kind, workspace))
            except ValueError as error:
                raise ValueError(f"{place.path}: {error}. Register what is local first") from None
        return spec

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {key: item for key, item in (value or {}).items() if key not in (*WORDS, "_source")}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        spec = {"is_deterministic": _is_deterministic(value or {}), **(value or {})}
        return _canonical({key: item for key, item in spec.items() if key not in WORDS})

    def differences(self, one: Json, other: Json, workspace: WorkspaceId) -> list[str]:
        return sorted(_differing_paths(self.canonical(one, workspace), self.canonical(other, workspace), ""))


def is_pipeline(spec: t.Mapping[str, Json]) -> bool:
    return spec.get("type") == "pipeline"


def is_whole(spec: t.Mapping[str, Json]) -> bool:
    """False for a specification that the service returns without a part of what was sent: the jobs of a pipeline."""
    return not is_pipeline(spec) or "jobs" in spec


def unseen(spec: t.Mapping[str, Json], returned: t.Mapping[str, Json]) -> list[str]:
    """The parts of a specification that the service does not return, so that they cannot be compared."""
    return [] if is_whole(returned) else [key for key in _UNSEEN if key in spec and key not in returned]


def references(spec: t.Mapping[str, Json]) -> dict[str, str | None]:
    """What a specification is made of: the path of each asset in a definition -> the reference to it."""
    found = {"code": spec.get("code"), "environment": spec.get("environment")}
    for name, node in (spec.get("jobs") or {}).items():
        found[f"jobs.{name}.component"] = node.get("componentId")
    return {path: _plain(str(reference)) if reference else None for path, reference in found.items()}


def _plain(reference: str) -> str:
    return reference.removeprefix("azureml:") if reference.startswith("azureml:/subscriptions/") else reference


def places(spec: Tree) -> t.Iterator[Place]:
    """All references of a specification, except curated environments, which the service resolves."""
    if isinstance(spec.get("environment"), str) and not _CURATED.fullmatch(spec["environment"]):
        yield Place(spec, "environment", "environments", "environment", "azureml:")
    if spec.get("code"):
        yield Place(spec, "code", "codes", "code", "azureml:")
    for name, node in (spec.get("jobs") or {}).items():
        yield Place(node, "componentId", "components", f"jobs.{name}.component")
        if "computeId" in node and not is_expression(node["computeId"]):
            yield Place(node, "computeId", "computes", f"jobs.{name}.compute")
        for key, bound in node.get("inputs", {}).items():
            uri = bound.get("uri")
            if uri and not is_expression(uri) and (not is_cloud(uri) or re.match(r"azureml:(?!//)", uri)):
                kind = "models" if bound["job_input_type"] in _MODELS else "data"
                yield Place(bound, "uri", kind, f"jobs.{name}.inputs.{key}.path")


def fingerprint(spec: Tree) -> str:
    """The hash by which the official SDK recognises an unchanged component: all but version and origin.

    It keeps none of pipelines; see ``content_hash``.
    """
    content = {key: value for key, value in spec.items() if key not in ("version", "_source")}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return str(uuid.UUID(digest[:32]))


def content_hash(spec: Tree, workspace: WorkspaceId) -> str:
    """The same for specifications that are the same component, whatever is said about it and however ids are written.

    It is kept with each version of a pipeline: a change here makes the versions of before unknown.
    """
    content = json.dumps(ComponentSpec().canonical(spec, workspace), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


# -- what the service makes of it --------------------------------------------------------------------------------------


def _canonical(tree: t.Any) -> t.Any:
    if isinstance(tree, dict):
        kept = {key: _canonical(item) for key, item in tree.items() if key not in ("_source", "id", "sourceJobId")}
        named = _NAMED.fullmatch(str(kept.get("default")))
        if named:  # the service returns the default azureml:cpu as cpu (assets contract 14.24)
            kept["default"] = named[1]
        return {key: item for key, item in kept.items() if not _is_default(key, item)}
    if isinstance(tree, list):
        return [_canonical(item) for item in tree]
    return None if tree is None else _reference(str(tree))


def _is_deterministic(spec: Json) -> bool:
    """What the service fills in: false for pipelines, true for steps (assets contract 14.24)."""
    return bool(spec.get("type") != "pipeline")


def _is_default(key: str, value: t.Any) -> bool:
    """True for a value that the service adds to, or leaves out of, its answer."""
    if value in (None, {}, []):
        return True
    return (key, value) in (("optional", "False"), ("instance_count", "1"))


def _short_curated(text: str) -> str | None:
    """The short form of the id by which a workspace shows a curated environment; None for any other text."""
    found = parse(text)
    if found is None or found.registry or (found.collection or "").lower() != "environments" or not found.version:
        return None
    short = f"azureml:{found.name}:{found.version}"
    return short if _CURATED.fullmatch(short) else None


def _reference(text: str) -> t.Any:
    curated = _CURATED.fullmatch(_short_curated(text) or text)
    if curated:
        text = f"azureml://registries/azureml/environments/{curated['name']}/versions/{curated['version']}"
    found = parse(text)
    return found.comparison_key() if found else text


def _differing_paths(one: t.Any, other: t.Any, path: str) -> t.Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differing_paths(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif one != other:
        yield path
