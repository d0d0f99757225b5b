# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From an order to the call that starts its job: what can be known to go wrong is found here, before the call."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._engine.reference_lookup import full_id
from .._errors import InvalidOption
from .._invocation import Invocation
from .._names.datastore_path import read_datastore_path
from .._names.dotted_path import get_at, set_at
from .._names.json_types import JsonObject
from .._service.datastores import Datastores
from .._service.workspace import Workspace
from .._types.batch_job import BATCH_JOB
from .inputs_outputs import LITERAL, Input, Output, body_of_2021, current_body
from .job import DEFINITION_MARK, INPUTS_NOTE, KEY_MARK
from .output_guard import OutputGuard
from .spec import GENERATION_2021, JobSpec

# How much text the service takes as a property of a job is not known; this much it takes as a tag anywhere.
LONGEST_NOTE = 256


@dataclass(frozen=True)
class Request:
    """A call that is ready to be made. ``words`` in the task's words; a prediction may lack ``scoring_uri``."""

    scoring_uri: str | None
    deployment: str | None
    body: JsonObject
    words: JsonObject
    inputs: list[Input]
    outputs: list[Output]


class Preflight:
    """Looks at all that the call needs.

    In check mode an endpoint, deployment or data asset that is not there may be made by an earlier task: the request
    is a prediction then, and without ``scoring_uri``.
    """

    def __init__(self, order: JobSpec, workspace: Workspace, datastores: Datastores, invocation: Invocation) -> None:
        self.order = order
        self.workspace = workspace
        self.datastores = datastores
        self.invocation = invocation
        self.options = invocation.options
        self.guard = OutputGuard(order, workspace, datastores, invocation)

    def request(self) -> Request:
        """Raises InvalidOption when something is missing or in the way. Writes nothing."""
        endpoint = self._endpoint()
        deployment = self._deployment(endpoint)
        kind = get_at(deployment, "properties.deploymentConfiguration.deploymentConfigurationType")
        is_model = deployment is not None and kind != "PipelineComponent"
        if is_model:
            self._require_one_of_each()
        inputs = [self._found(item) for item in self.order.inputs]
        outputs = self.guard.choose(deployment if is_model else None)
        self.guard.require_apart(inputs, outputs)
        self.guard.require_free(outputs)
        return Request(
            scoring_uri=get_at(endpoint, "properties.scoringUri"),
            deployment=self.options["deployment_name"],
            body=self._body(inputs, outputs),
            words=self._words(inputs, outputs),
            inputs=inputs,
            outputs=outputs,
        )

    # -- where the call goes ---------------------------------------------------------------------------------------

    def _endpoint(self) -> JsonObject | None:
        name = self.options["endpoint_name"]
        endpoint = self.workspace.arm.get(self.workspace.path(f"batchEndpoints/{name}"))
        if endpoint is None:
            self._misses(
                f"endpoint_name: there is no batch endpoint {name} in workspace {self.workspace.id.name}. "
                "Create it first, or correct the name."
            )
        elif not get_at(endpoint, "properties.scoringUri"):
            state = get_at(endpoint, "properties.provisioningState")
            self._misses(
                f"endpoint_name: batch endpoint {name} is {state} and has no scoring URI. Wait until it stands."
            )
        return endpoint

    def _deployment(self, endpoint: JsonObject | None) -> JsonObject | None:
        """The deployment that will score. Service fact: batch contract 3.4 (no deployment is the default by itself)."""
        if endpoint is None:
            return None
        asked = self.options["deployment_name"]
        name = asked or get_at(endpoint, "properties.defaults.deploymentName")
        label = f"batch endpoint {self.options['endpoint_name']}"
        if name is None:
            self._misses(
                f"deployment_name: {label} has no default deployment. Name a deployment here, or make one the default."
            )
            return None
        path = f"batchEndpoints/{self.options['endpoint_name']}/deployments/{name}"
        deployment = self.workspace.arm.get(self.workspace.path(path))
        if deployment is None:
            self._misses(
                f"deployment_name: {label} has no deployment {name}"
                f"{'' if asked else ', although it is named as the default'}. Create it first, or name another."
            )
        return deployment

    def _misses(self, message: str) -> None:
        """Raises InvalidOption for what is not there; in check mode an earlier task may be going to make it."""
        if not self.invocation.check_mode:
            raise InvalidOption(message)
        self.invocation.warn(f"{message} The run will fail unless an earlier task does.")

    # -- what it reads ---------------------------------------------------------------------------------------------

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
        if item.files is not None:
            return item.uploaded(self.datastores.default(item.option).name)
        if item.is_asset:
            try:
                return self._found_asset(item)
            except InvalidOption as error:
                self._misses(str(error))
                return item
        place = read_datastore_path(item.path)
        if place is not None and place.workspace is None:
            self.datastores.named(place.datastore, item.option)
        return item

    def _found_asset(self, item: Input) -> Input:
        asset_id = full_id(item.path, "data", item.option, self.workspace)
        asset = self.workspace.arm.get(asset_id)
        if asset is None:
            raise InvalidOption(
                f"{item.option}: there is no data asset {item.path}. Register it first, or correct the name."
            )
        kind, uri = (get_at(asset, f"properties.{word}") for word in ("dataType", "dataUri"))
        return item.found(asset_id, kind, self.workspace.id, uri)

    # -- the call ----------------------------------------------------------------------------------------------------

    def _body(self, inputs: list[Input], outputs: list[Output]) -> JsonObject:
        """Service fact: batch contract 5.2, 5.3. The job's name, tags and properties may or may not be kept."""
        if self.options["api_generation"] == GENERATION_2021:
            data = body_of_2021(inputs, outputs, self.workspace.id)
        else:
            data = current_body(inputs, outputs)
        marks = {KEY_MARK: self.order.key, DEFINITION_MARK: self.order.definition}
        notes, scored = dict(marks), json.dumps(shown_data(inputs))
        if len(scored) <= LONGEST_NOTE:
            notes[INPUTS_NOTE] = scored
        body: JsonObject = {"properties": {**data, "name": self.order.key, "tags": marks, "properties": notes}}
        own_file_name = any(output.type == "uri_file" for output in outputs)
        for at, value in self.order.settings.items():
            if not (own_file_name and at == "properties.outputFileName"):
                set_at(body, at, value)
        return body

    def _words(self, inputs: list[Input], outputs: list[Output]) -> JsonObject:
        words: JsonObject = {"name": self.order.key if self.order.name else None}
        words.update({word: self.options[word] for word in ("endpoint_name", "deployment_name")})
        words["inputs"] = shown_data(inputs)
        words["outputs"] = shown_data(outputs)
        for spot in BATCH_JOB.fields:
            if spot.at in self.order.settings:
                set_at(words, spot.option, get_at(self.options, spot.option))
        return {word: value for word, value in words.items() if value not in (None, {})}


def shown_data(items: t.Iterable[Input | Output]) -> JsonObject:
    """Inputs or outputs as the task writes them."""
    return {item.name: item.shown() for item in items}
