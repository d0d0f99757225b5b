# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a scoring job reads and writes: ``inputs`` and ``outputs``, and their JSON in both generations of the API."""

from __future__ import annotations

import json
import re
import typing as t
import urllib.parse
from dataclasses import dataclass, replace

from .._errors import InvalidOption
from .._local.files import Content, read
from .._names.arm_id import WorkspaceId
from .._names.arm_id import parse as parse_id
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.json_types import JsonObject
from .._names.storage_uri import datastore_uri, is_cloud, upload_place
from .._names.url import split_signature
from .._schema.data_modes import DATA_TYPES, INPUT_MODES, OUTPUT_MODES

LITERAL = "literal"

# What an uploaded folder, or file, can be besides uri_folder or uri_file.
_FOLDER_TYPES = {True: ("mltable", "custom_model", "mlflow_model", "triton_model"), False: ("custom_model",)}
_MODEL_TYPES = frozenset({"custom_model", "mlflow_model", "triton_model"})
# A local path as a URI.
_LOCAL_URI = re.compile(r"file://(?:localhost)?(?P<path>/.*)", re.IGNORECASE | re.DOTALL)
# URIs that name data for the service. Service fact: batch contract 5.2; the last ones are forms of blob storage.
_SCHEMES = ("azureml:", "https://", "http://", "abfss://", "abfs://", "wasbs://", "wasb://")
_INPUT_FORMS = (
    "write azureml:name:version or azureml:name@latest for a data asset or a model, "
    "azureml://datastores/<datastore>/paths/<path>, an https URL, or a full id"
)
_OUTPUT_FORM = "write azureml://datastores/<datastore>/paths/<path>"


@dataclass(frozen=True)
class Input:
    """One input: data at ``path``, or a literal ``value``.

    ``type`` is empty while unknown. ``asset_id`` is the data asset that the path refers to, ``asset_uri`` its data.
    ``path`` is a local one until ``with_content``; then ``files`` are set, and it is the path of their upload below a
    datastore, which ``uploaded`` completes.
    """

    name: str
    type: str = ""
    path: str = ""
    value: str | None = None
    mode: str | None = None
    asset_id: str = ""
    asset_uri: str = ""
    files: Content | None = None

    @property
    def option(self) -> str:
        return f"inputs.{self.name}.path"

    @property
    def is_local(self) -> bool:
        """Whether the path is one of this host, whose content is unknown yet."""
        return bool(self.path) and not (self.files or is_cloud(self.path) or self.path.startswith("/subscriptions/"))

    @property
    def collection(self) -> str:
        """The kind of asset that a reference means: models have types of their own."""
        return "models" if self.type in _MODEL_TYPES else "data"

    @property
    def is_asset(self) -> bool:
        """Whether the path names a data asset or model (which has to be looked up), and not a place in storage."""
        parsed = parse_id(self.path)
        if parsed is not None:
            return parsed.collection == self.collection and parsed.registry is None
        return self.path.startswith("azureml:") and not self.path.startswith(("azureml://", "azureml:/"))

    def with_content(self) -> Input:
        """The same input with its local files found and hashed. Raises InvalidOption for files that cannot be read."""
        if not self.is_local:
            return self
        files = read(self.path, self.option)
        shape = "uri_folder" if files.is_folder else "uri_file"
        if self.type and self.type not in (shape, *_FOLDER_TYPES[files.is_folder]):
            raise InvalidOption(
                f"inputs.{self.name}.type: {files.path} is a {'folder' if files.is_folder else 'file'}, and no "
                f"{self.type}. Correct type or path."
            )
        return replace(self, type=self.type or shape, path=upload_place(files.object_hash, files.name), files=files)

    def found(self, asset_id: str, asset_type: str | None, home: WorkspaceId, asset_uri: str | None = None) -> Input:
        """The same input with the version that its path means, and the asset's type if the task names none."""
        asset = parse_id(asset_id)
        here = asset is not None and asset.workspace == home
        path = f"azureml:{asset.name}:{asset.version}" if asset and here else asset_id
        kind = self.type or asset_type or ""
        return replace(self, path=path, asset_id=asset_id, asset_uri=asset_uri or "", type=kind)

    def uploaded(self, datastore: str) -> Input:
        """The same input once its files are in a datastore."""
        return replace(self, path=DatastorePath(datastore, self.path).uri)

    @property
    def uri(self) -> str:
        """The path as the scoring host takes it: asset ids become URIs. Service fact: batch contract 5.2.

        No URI of a model is documented there, but that of any place in a datastore is.
        """
        parsed = parse_id(self.asset_id or self.path)
        if self.files and self.files.is_folder:
            return f"{self.path}/"  # as the official SDK writes the folders it uploaded
        if parsed is None or parsed.workspace is None or parsed.collection != self.collection:
            return self.path
        if self.collection == "models" and read_datastore_path(self.asset_uri) is not None:
            return self.asset_uri
        home, below = parsed.workspace, "/".join(part for pair in parsed.inner for part in pair)
        return (
            f"azureml://subscriptions/{home.subscription_id}/resourcegroups/{home.resource_group}"
            f"/workspaces/{home.name}/{below}"
        )

    def json(self) -> JsonObject:
        if self.type == LITERAL:
            return {"jobInputType": "Literal", "value": self.value}
        mode = {"mode": INPUT_MODES[self.mode]} if self.mode else {}
        return {"jobInputType": DATA_TYPES[self.type or "uri_folder"], "uri": self.uri, **mode}

    def shown(self) -> JsonObject:
        """As the task writes it, without the signature that a URL may carry."""
        if self.type == LITERAL:
            return {"type": LITERAL, "value": self.value}
        mode = {"mode": self.mode} if self.mode else {}
        path = self.path if self.files else self.path.partition("?")[0]
        return {"type": self.type or "uri_folder", "path": path, **mode}

    def identity(self) -> JsonObject:
        """What distinguishes it from other inputs: ``shown``, with a URL's parameters except its signature."""
        shown = self.shown()
        if self.type == LITERAL or self.files:
            return shown
        return {**shown, "path": split_signature(self.path)[0]}


@dataclass(frozen=True)
class Output:
    """One output and the place where it is written."""

    name: str
    place: DatastorePath
    type: str = "uri_file"
    mode: str | None = None

    def json(self) -> JsonObject:
        mode = {"mode": OUTPUT_MODES[self.mode]} if self.mode else {}
        return {"jobOutputType": DATA_TYPES[self.type], "uri": _output_uri(self.place), **mode}

    def shown(self) -> JsonObject:
        return {"type": self.type, "path": _output_uri(self.place)}

    def below(self, key: str) -> Output:
        """The same output at a place of the key's own: in a folder of that name beside the path of the task."""
        folder, slash, name = self.place.path.rpartition("/")
        path = f"{folder}{slash}{key}/{name}" if self.type == "uri_file" else f"{self.place.path}/{key}"
        return replace(self, place=replace(self.place, path=path))


def _output_uri(place: DatastorePath) -> str:
    """Places of other workspaces keep their long form."""
    if place.workspace is None:
        return place.uri
    return datastore_uri(place.workspace, place.datastore, place.path)


# -- the data part of a call -------------------------------------------------------------------------------------------


def current_body(inputs: list[Input], outputs: list[Output]) -> JsonObject:
    """The data part of a call's properties. Service fact: batch contract 5.2."""
    body: JsonObject = {"inputData": {item.name: item.json() for item in inputs}}
    if outputs:
        body["outputData"] = {item.name: item.json() for item in outputs}
    return body


def body_of_2021(inputs: list[Input], outputs: list[Output], workspace: WorkspaceId) -> JsonObject:
    """The data part in the form of the first generation: one data set in, one folder and file name out.

    Raises InvalidOption for what this form cannot express. Service fact: batch contract 5.3.
    """
    if len(inputs) != 1 or inputs[0].type == LITERAL or len(outputs) > 1:
        raise InvalidOption("api_generation: the form of 2021 takes exactly one data input and at most one output.")
    asset = parse_id(inputs[0].asset_id or inputs[0].path)
    if asset is not None and asset.collection == "data" and asset.workspace == workspace:
        dataset = {"dataInputType": "DatasetVersion", "datasetName": asset.name, "datasetVersion": asset.version}
    else:
        dataset = {"dataInputType": "DataUrl", "path": inputs[0].uri}
    body: JsonObject = {"dataset": dataset}
    for output in outputs:
        folder, _slash, file = output.place.path.rpartition("/")
        whole_folder = output.type != "uri_file"
        body["outputDataset"] = {
            "datastoreId": workspace.child("datastores", output.place.datastore),
            "path": output.place.path if whole_folder else folder,
        }
        if not whole_folder:
            body["outputFileName"] = file
    return body


# -- parsing -----------------------------------------------------------------------------------------------------------


def parse_inputs(option: t.Any) -> list[Input]:
    """Parse the option ``inputs``. Raises InvalidOption that names the input and the accepted forms."""
    return [_parse_input(name, entry) for name, entry in _entries("inputs", option, {"type", "path", "value", "mode"})]


def parse_outputs(option: t.Any, workspace: WorkspaceId) -> list[Output]:
    """Parse the option ``outputs``. Raises InvalidOption that names the output and the accepted form."""
    return [
        _parse_output(name, entry, workspace) for name, entry in _entries("outputs", option, {"type", "path", "mode"})
    ]


def _parse_input(name: str, entry: JsonObject) -> Input:
    kind, path, value, mode = (entry.get(word) for word in ("type", "path", "value", "mode"))
    where = f"inputs.{name}"
    if kind == LITERAL or (kind is None and value is not None):
        if value is None or path is not None or mode is not None:
            raise InvalidOption(f"{where}: a literal has a value, and neither path nor mode.")
        return Input(name, LITERAL, value=value if isinstance(value, str) else json.dumps(value))
    _require_choice(f"{where}.type", kind, [*DATA_TYPES, LITERAL])
    _require_choice(f"{where}.mode", mode, INPUT_MODES)
    if not isinstance(path, str) or not path or value is not None:
        raise InvalidOption(f"{where}: data has a path, and no value; a literal has type: literal and a value.")
    if local := _LOCAL_URI.fullmatch(path):
        path = urllib.parse.unquote(local["path"])
    item = Input(name, kind or "", path, mode=mode)
    if item.is_local:
        return item
    if not path.lower().startswith((*_SCHEMES, "/")):
        raise InvalidOption(f"{where}.path: {path!r} is no address that the service reads: {_INPUT_FORMS}.")
    if path.startswith("azureml://datastores/") and read_datastore_path(path) is None:
        raise InvalidOption(f"{where}.path: {path!r} has no /paths/ part: {_INPUT_FORMS}.")
    _require_plain_path(f"{where}.path", path)
    return item


def _parse_output(name: str, entry: JsonObject, workspace: WorkspaceId) -> Output:
    kind, path, mode = entry.get("type", "uri_file"), entry.get("path"), entry.get("mode")
    where = f"outputs.{name}"
    _require_choice(f"{where}.type", kind, DATA_TYPES)
    _require_choice(f"{where}.mode", mode, OUTPUT_MODES)
    place = read_datastore_path(path) if isinstance(path, str) else None
    if place is None or not place.path:
        raise InvalidOption(f"{where}.path: {path!r} is no path in a datastore: {_OUTPUT_FORM}.")
    _require_plain_path(f"{where}.path", place.uri)
    if place.workspace == workspace:
        place = replace(place, workspace=None)
    return Output(name, place, kind, mode)


def _require_plain_path(option: str, text: str) -> None:
    """Raises InvalidOption for a path in a datastore that may mean another place than it seems to."""
    place = read_datastore_path(text)
    if place is not None and place.path and {"", ".", ".."} & set(place.path.split("/")):
        raise InvalidOption(f"{option}: {place.uri} has a part that is empty, . or .. below /paths/. Write it out.")


def _entries(option: str, value: t.Any, known: set[str]) -> list[tuple[str, JsonObject]]:
    """The named entries of an option that is a dict of dicts."""
    entries = []
    for name, entry in (value or {}).items():
        if not isinstance(entry, dict) or set(entry) - known:
            raise InvalidOption(f"{option}.{name}: it consists of {', '.join(sorted(known))}, found {_found(entry)}.")
        entries.append((str(name), {word: item for word, item in entry.items() if item is not None}))
    return entries


def _found(entry: t.Any) -> str:
    if isinstance(entry, dict):
        return ", ".join(sorted(map(str, entry)))
    return "nothing" if entry is None else f"a {type(entry).__name__}"


def _require_choice(option: str, value: t.Any, choices: t.Iterable[str]) -> None:
    if value is not None and value not in choices:
        raise InvalidOption(f"{option}: {value!r} is none of {', '.join(choices)}.")
