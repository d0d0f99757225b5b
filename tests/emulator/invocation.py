"""The body of an invoke: what it may hold, read without regard to the case of keys, in both of its generations.

Service fact: batch contract 5.2 and 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .arm.shapes import (
    Choice,
    Duration,
    Field,
    Flag,
    Listed,
    Named,
    Number,
    Object,
    Plain,
    Problems,
    Shape,
    Text,
    TextMap,
    shape,
)

_ASSET_INPUTS = ("UriFile", "UriFolder", "MLTable", "CustomModel", "MLFlowModel", "TritonModel")
_INPUT_MODES = ("ReadOnlyMount", "ReadWriteMount", "Download", "Direct", "EvalMount", "EvalDownload")
_REQUIRED = "must not be empty."
PATTERN = "RegularExpressionValidator"
"""Code of a text that does not match its pattern."""
_READ_ONLY = ("status", "provisioningState", "output", "interactionEndpoints")


class Address(Plain):
    """The text of a `uri` or `value`, with at least one letter, digit or underscore."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, str):
            problems.wrong_type(path, "a string")
        elif not re.search(r"[a-zA-Z0-9_]", value):
            problems.add(path, f"'{path}' does not match [a-zA-Z0-9_].", PATTERN)
        return value


class Value(Address):
    """The text of a literal. The official SDK sends numbers and booleans as they are; they become text here."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        return super().bind(str(value) if isinstance(value, (bool, int, float)) else value, path, problems, strict)


_INPUT = shape(
    Field("jobInputType", Choice((*_ASSET_INPUTS, "Literal")), required=_REQUIRED),
    Field("uri", Address()),
    Field("value", Value()),
    Field("mode", Choice(_INPUT_MODES)),
    Field("description"),
)
_OUTPUT = shape(
    Field("jobOutputType", Choice(_ASSET_INPUTS), required=_REQUIRED),
    Field("uri", Address()),
    Field("mode", Choice(("ReadWriteMount", "Upload"))),
    Field("description"),
)
_DATASET = shape(
    Field("dataInputType", Choice(("DataUrl", "DatasetVersion", "DatasetId")), required=_REQUIRED),
    *(Field(name) for name in ("path", "datasetName", "datasetVersion", "datasetId")),
)
_OUTPUT_DATASET = shape(
    Field("datastoreId", required=_REQUIRED),
    Field("path", Address(), required=_REQUIRED),
    Field("datasetType", Choice(("Simple", "Dataflow"))),
    Field("description"),
    Field("isAnonymous", Flag()),
    Field("properties", TextMap()),
    Field("tags", TextMap()),
)
_COMPUTE = shape(
    Field("instanceCount", Number(1)),
    Field("isLocal", Flag()),
    Field("properties", TextMap()),
    *(Field(name) for name in ("instanceType", "location", "target")),
)
PROPERTIES = shape(
    Field("inputData", Named(_INPUT)),
    Field("outputData", Named(_OUTPUT)),
    Field("compute", Object(_COMPUTE)),
    Field("miniBatchSize", Number(1, 2**63 - 1)),
    Field("maxConcurrencyPerInstance", Number(1)),
    Field("errorThreshold", Number(-1)),
    Field("retrySettings", Object(shape(Field("maxRetries", Number(0)), Field("timeout", Duration())))),
    Field("loggingLevel", Choice(("Info", "Warning", "Debug"))),
    Field("outputFileName", Text()),
    Field("partitionKeys", Listed(Text())),
    Field("name"),
    Field("properties", TextMap()),
    Field("tags", TextMap()),
    Field("description"),
    Field("dataset", Object(_DATASET)),
    Field("outputDataset", Object(_OUTPUT_DATASET)),
    *(Field(name, Plain(), read_only=True) for name in _READ_ONLY),
)
BODY = shape(
    Field("properties", Object(PROPERTIES), required=_REQUIRED),
    *(Field(name, Plain(), read_only=True) for name in ("id", "name", "type", "systemData")),
)
_NEEDED_BY_KIND = {
    "DataUrl": ("path",),
    "DatasetVersion": ("datasetName", "datasetVersion"),
    "DatasetId": ("datasetId",),
    "Literal": ("value",),
    **dict.fromkeys(_ASSET_INPUTS, ("uri",)),
}


def read_invocation(body: Any, problems: Problems, *, strict: bool) -> dict[str, Any]:
    """The `properties` of an invoke in canonical form: only what was sent, with modes filled in as the service does.

    What is wrong goes to `problems`; `strict` refuses keys that the service does not know.
    """
    sent: dict[str, Any] = BODY.bind(_in_canonical_case(body, BODY), problems=problems, strict=strict).get(
        "properties", {}
    )
    for where, source, kind in _sources(sent):
        for key in _NEEDED_BY_KIND.get(str(kind), ()):
            if not source.get(key):
                problems.add(f"{where}.{key}", f"'{key}' must not be empty.", "ArgumentNullOrEmpty")
    if not problems.entries:
        sent.update({name: _filled(sent[name]) for name in ("inputData", "outputData") if name in sent})
    return sent


def _sources(sent: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Everything that names input: its place in the body, itself, its kind."""
    for name, entry in (sent.get("inputData") or {}).items():
        yield f"properties.inputData.{name}", entry, entry.get("jobInputType")
    if dataset := sent.get("dataset"):
        yield "properties.dataset", dataset, dataset.get("dataInputType")


def _filled(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs or outputs as they are answered. Service fact: batch contract 5.4 (description null, mode, type last)."""
    filled = {}
    for name, entry in entries.items():
        is_input = "jobInputType" in entry
        kind = "jobInputType" if is_input else "jobOutputType"
        if entry[kind] == "Literal":
            filled[name] = {"description": entry.get("description"), "value": entry["value"], kind: "Literal"}
            continue
        filled[name] = {
            "description": entry.get("description"),
            "uri": entry.get("uri"),
            "mode": entry.get("mode") or ("ReadOnlyMount" if is_input else "ReadWriteMount"),
            kind: entry[kind],
        }
    return filled


def _in_canonical_case(value: Any, known: Shape) -> Any:
    """`value` with the keys of `known` in their own spelling, at every depth; the names of maps stay as they are."""
    if not isinstance(value, Mapping):
        return value
    fields = {field.name.lower(): field for field in known}
    folded = {}
    for key, item in value.items():
        field = fields.get(key.lower())
        if field is not None and isinstance(field.type, Object):
            item = _in_canonical_case(item, field.type.shape)
        elif field is not None and isinstance(field.type, Named) and isinstance(item, Mapping):
            inner = field.type.shape
            item = {name: _in_canonical_case(entry, inner) for name, entry in item.items()}
        folded[field.name if field is not None else key] = item
    return folded
