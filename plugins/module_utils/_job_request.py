# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From a task to the call that starts its job: what can be known to go wrong is found here, before the call."""

from __future__ import annotations

import hashlib
import json
import typing as t
import uuid
from dataclasses import dataclass, field

from ._blobs import Datastore, open_datastore
from ._datastore_path import DatastorePath, read_datastore_path
from ._errors import AzureMLError, InvalidOption
from ._invocation import Invocation
from ._job_data import LITERAL, Input, Json, Output, body_of_2021, current_body, read_inputs, read_outputs
from ._job_record import DEFINITION_MARK, INPUTS_NOTE, KEY_MARK, SCORE, Marks
from ._lookup import full_id
from ._resource import Options, check_options, dig, plant
from ._types.batch_job import BATCH_JOB
from ._workspace import Workspace

DEFAULT_FILE = "predictions.csv"
# How much text the service takes as a property of a job is not known; this much it takes as a tag anywhere.
LONGEST_NOTE = 256
GENERATION_2021 = "2021"
_NAMESPACE = uuid.UUID("5a3c9f0e-6d3b-4e0f-9c5d-2f6f7a1be0d4")


@dataclass(frozen=True)
class Order:
    """What the task asks for, as far as its words tell. ``settings`` are wire path -> JSON."""

    key: str
    marks: Marks
    inputs: list[Input]
    outputs: list[Output]
    settings: Json
    definition: str
    request_id: str


@dataclass(frozen=True)
class Request:
    """A call that is ready to be made. ``words`` in the task's words; a prediction may lack ``scoring_uri``."""

    scoring_uri: str | None
    deployment: str | None
    body: Json
    words: Json
    inputs: list[Input]
    outputs: list[Output]


def read_order(options: Options, workspace: Workspace) -> Order:
    """Check the task's words; no request is made. Raises InvalidOption that names the option."""
    key = options["name"] or str(uuid.uuid4())
    settings = check_options(BATCH_JOB, {**options, "name": key}, workspace.id)
    inputs = read_inputs(options["inputs"])
    outputs = read_outputs(options["outputs"], workspace.id)
    for output in outputs:
        if output.type == "uri_file" and options["output_file_name"] not in (None, output.place.name):
            raise InvalidOption(
                f"output_file_name: the path of outputs.{output.name}, of type uri_file, ends in another file name. "
                "Leave one of them out."
            )
    for item in inputs:
        _address, mark, signature = item.path.partition("?")
        if mark:
            workspace.http.register_secret(signature)
    endpoint = options["endpoint_name"]
    home = f"{workspace.id.path}/batchEndpoints/{endpoint}".lower()
    marks = Marks(key, endpoint, frozenset(output.place.key for output in outputs))
    request_id = str(uuid.uuid5(_NAMESPACE, f"{home}/jobs/{key}"))
    definition = _definition(options, inputs, outputs, settings)
    return Order(key, marks, inputs, outputs, settings, definition, request_id)


def prepare(order: Order, workspace: Workspace, invocation: Invocation) -> Request:
    """Look at all that the call needs. Raises InvalidOption when something is missing or in the way.

    In check mode an endpoint, deployment or data asset that is not there may be made by an earlier task: the request
    is a prediction then, and without ``scoring_uri``.
    """
    return _Preparation(order, workspace, invocation).request()


@dataclass
class _Preparation:
    order: Order
    workspace: Workspace
    invocation: Invocation
    options: Options = field(init=False)

    def __post_init__(self) -> None:
        self.options = self.invocation.options

    def request(self) -> Request:
        endpoint = self._endpoint()
        deployment = self._deployment(endpoint)
        kind = dig(deployment, "properties.deploymentConfiguration.deploymentConfigurationType")
        is_model = deployment is not None and kind != "PipelineComponent"
        if is_model:
            self._require_one_of_each()
        inputs = [self._found(item) for item in self.order.inputs]
        outputs = self._outputs(deployment if is_model else None)
        return Request(
            scoring_uri=dig(endpoint, "properties.scoringUri"),
            deployment=self.options["deployment_name"],
            body=self._body(inputs, outputs),
            words=self._words(inputs, outputs),
            inputs=inputs,
            outputs=outputs,
        )

    # -- where the call goes ---------------------------------------------------------------------------------------

    def _endpoint(self) -> Json | None:
        name = self.options["endpoint_name"]
        endpoint = self.workspace.management.get(self.workspace.path(f"batchEndpoints/{name}"))
        if self.invocation.check_mode:
            return endpoint
        if endpoint is None:
            raise InvalidOption(
                f"endpoint_name: there is no batch endpoint {name} in workspace {self.workspace.id.name}. "
                "Create it first, or correct the name."
            )
        if not dig(endpoint, "properties.scoringUri"):
            state = dig(endpoint, "properties.provisioningState")
            raise InvalidOption(
                f"endpoint_name: batch endpoint {name} is {state} and has no scoring URI. Wait until it stands."
            )
        return endpoint

    def _deployment(self, endpoint: Json | None) -> Json | None:
        """The deployment that will score. Service fact: batch contract 3.4 (no deployment is the default by itself)."""
        asked = self.options["deployment_name"]
        name = asked or dig(endpoint, "properties.defaults.deploymentName")
        path = f"batchEndpoints/{self.options['endpoint_name']}/deployments/{name}"
        deployment = self.workspace.management.get(self.workspace.path(path)) if endpoint and name else None
        if deployment is not None or self.invocation.check_mode:
            return deployment
        label = f"batch endpoint {self.options['endpoint_name']}"
        if name is None:
            raise InvalidOption(
                f"deployment_name: {label} has no default deployment. Name a deployment here, or make one the default."
            )
        raise InvalidOption(
            f"deployment_name: {label} has no deployment {name}"
            f"{'' if asked else ', although it is named as the default'}. Create it first, or name another."
        )

    # -- what it reads and writes ----------------------------------------------------------------------------------

    def _require_one_of_each(self) -> None:
        """Service fact: batch contract 4.5."""
        if len(self.order.inputs) != 1 or self.order.inputs[0].type == LITERAL:
            raise InvalidOption(
                "inputs: the deployment of a model reads exactly one data input. Give one, and no literals."
            )
        if len(self.order.outputs) > 1:
            raise InvalidOption("outputs: the deployment of a model has one output. Give at most one.")

    def _found(self, item: Input) -> Input:
        """A data asset becomes the version it stands for now; a datastore has to be there."""
        if item.is_asset:
            try:
                return self._found_asset(item)
            except InvalidOption as error:
                if not self.invocation.check_mode:
                    raise
                self.invocation.warn(f"{error} The run will fail unless an earlier task does.")
                return item
        place = read_datastore_path(item.path)
        if place is not None and place.workspace is None:
            open_datastore(self.workspace, place.datastore, item.option)
        return item

    def _found_asset(self, item: Input) -> Input:
        asset_id = full_id(item.path, "data", item.option, self.workspace)
        asset = self.workspace.management.get(asset_id)
        if asset is None:
            raise InvalidOption(
                f"{item.option}: there is no data asset {item.path}. Register it first, or correct the name."
            )
        return item.found(asset_id, dig(asset, "properties.dataType"), self.workspace.id)

    def _outputs(self, deployment: Json | None) -> list[Output]:
        """The outputs of the call, free to be written to. Service fact: batch contract 6.5 (none may exist)."""
        if self.order.outputs:
            for output in self.order.outputs:
                if output.place.workspace is None:
                    store = open_datastore(self.workspace, output.place.datastore, f"outputs.{output.name}.path")
                    self._require_free(output, store)
            return self.order.outputs
        appends = dig(deployment, "properties.outputAction") == "AppendRow"
        if not self.options["name"] or not appends or self.options["api_generation"] == GENERATION_2021:
            return []
        store = open_datastore(self.workspace, None, "outputs")
        file = self.options["output_file_name"] or dig(deployment, "properties.outputFileName") or DEFAULT_FILE
        output = Output(SCORE, DatastorePath(store.name, f"{self.order.marks.folder}/{file}"))
        self._require_free(output, store)
        return [output]

    def _require_free(self, output: Output, store: Datastore) -> None:
        if self.invocation.check_mode:
            return
        place = output.place
        try:
            found = store.container.list(place.path)
            taken = any(blob.name == place.path or blob.name.startswith(f"{place.path}/") for blob in found)
        except AzureMLError as error:
            self.invocation.warn(
                f"Could not see whether {place.uri} exists already, in which case the job will fail: {error} "
                "Let this identity read the storage account."
            )
            return
        if taken:
            raise InvalidOption(
                f"outputs: {place.uri} exists already, and the job would fail on it. "
                "Give another place or name, or delete what is there. Nothing was started."
            )

    # -- the call ----------------------------------------------------------------------------------------------------

    def _body(self, inputs: list[Input], outputs: list[Output]) -> Json:
        """Service fact: batch contract 5.2, 5.3. The job's name, tags and properties may or may not be kept."""
        if self.options["api_generation"] == GENERATION_2021:
            data = body_of_2021(inputs, outputs, self.workspace.id)
        else:
            data = current_body(inputs, outputs)
        marks = {KEY_MARK: self.order.key, DEFINITION_MARK: self.order.definition}
        notes, scored = dict(marks), json.dumps(shown_data(inputs))
        if len(scored) <= LONGEST_NOTE:
            notes[INPUTS_NOTE] = scored
        body: Json = {"properties": {**data, "name": self.order.key, "tags": marks, "properties": notes}}
        own_file_name = any(output.type == "uri_file" for output in outputs)
        for at, value in self.order.settings.items():
            if not (own_file_name and at == "properties.outputFileName"):
                plant(body, at, value)
        return body

    def _words(self, inputs: list[Input], outputs: list[Output]) -> Json:
        words: Json = {word: self.options[word] for word in ("name", "endpoint_name", "deployment_name")}
        words["inputs"] = shown_data(inputs)
        words["outputs"] = shown_data(outputs)
        for spot in BATCH_JOB.fields:
            if spot.at in self.order.settings:
                plant(words, spot.option, dig(self.options, spot.option))
        return {word: value for word, value in words.items() if value not in (None, {})}


def shown_data(items: t.Iterable[Input | Output]) -> Json:
    """Inputs or outputs as the task writes them."""
    return {item.name: item.shown() for item in items}


def _definition(options: Options, inputs: list[Input], outputs: list[Output], settings: Json) -> str:
    """A fingerprint of what the task asks for: the same name with another one is a mistake."""
    route = [options[word] for word in ("endpoint_name", "deployment_name", "api_generation")]
    words = json.dumps([route, shown_data(inputs), shown_data(outputs), settings], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:32]
