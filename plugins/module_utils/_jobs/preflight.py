# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From a job spec to the call that starts it: what can be known to fail is found here, before the call."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._engine.reference_lookup import full_id
from .._errors import InvalidOption
from .._names.datastore_path import read_datastore_path
from .._names.dotted_path import get_at, set_at
from .._names.json_types import JsonObject
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .._types.batch_job import BATCH_JOB
from .inputs_outputs import LITERAL, Input, Output, body_of_2021, current_body
from .job import DEFINITION_TAG, INPUTS_PROPERTY, KEY_TAG
from .output_guard import OutputGuard
from .spec import GENERATION_2021, JobSpec, parse_options

# How much text the service takes as a property of a job is unknown; it takes this much as a tag of any resource.
LONGEST_PROPERTY = 256


@dataclass(frozen=True)
class Request:
    """A call that is ready to be made. ``described`` is the job as the task writes it.

    ``scoring_uri`` may be None in check mode.
    """

    scoring_uri: str | None
    deployment: str | None
    body: JsonObject
    described: JsonObject
    inputs: list[Input]
    outputs: list[Output]


def identify_job(workspace: Workspace) -> JobSpec:
    """The job that the task asks for. Local inputs are read: their content is part of its key. Makes no request.

    Raises InvalidOption that names the option.
    """
    options = parse_options(workspace.invocation.options, workspace.id)
    for item in options.inputs:
        if not item.is_local:
            workspace.http.register_secret(item.path.partition("?")[2])
    return options.identify([item.with_content() for item in options.inputs])


class Preflight:
    """Checks all that the call needs.

    In check mode an earlier task may be going to create an absent endpoint, deployment or data asset: the request is a
    prediction then, and may have no ``scoring_uri``.
    """

    def __init__(self, workspace: Workspace, spec: JobSpec, datastores: Datastores) -> None:
        self._workspace = workspace
        self._spec = spec
        self._datastores = datastores
        self._options = workspace.invocation.options
        self._guard = OutputGuard(workspace, spec, datastores)

    def request(self) -> Request:
        """Raises InvalidOption when something is absent or in the way. Writes nothing."""
        endpoint = self._endpoint()
        deployment = self._deployment(endpoint)
        kind = get_at(deployment, "properties.deploymentConfiguration.deploymentConfigurationType")
        is_model = deployment is not None and kind != "PipelineComponent"
        if is_model:
            self._require_one_of_each()
        inputs = [self._find_input(item) for item in self._spec.inputs]
        outputs = self._guard.choose(deployment if is_model else None)
        self._guard.require_apart(inputs, outputs)
        self._guard.require_free(outputs)
        return Request(
            scoring_uri=get_at(endpoint, "properties.scoringUri"),
            deployment=self._options["deployment_name"],
            body=self._body(inputs, outputs),
            described=self._described(inputs, outputs),
            inputs=inputs,
            outputs=outputs,
        )

    # -- endpoint and deployment -----------------------------------------------------------------------------------

    def _endpoint(self) -> JsonObject | None:
        name = self._options["endpoint_name"]
        endpoint = self._workspace.arm.get(self._workspace.path(f"batchEndpoints/{name}"))
        if endpoint is None:
            self._report_absent(
                f"endpoint_name: there is no batch endpoint {name} in workspace {self._workspace.id.name}. "
                "Create it first, or correct the name."
            )
        elif not get_at(endpoint, "properties.scoringUri"):
            state = get_at(endpoint, "properties.provisioningState")
            self._report_absent(
                f"endpoint_name: batch endpoint {name} is {state} and has no scoring URI. Wait until it is ready."
            )
        return endpoint

    def _deployment(self, endpoint: JsonObject | None) -> JsonObject | None:
        """The deployment that will score. Service fact: batch contract 3.4 (no deployment is the default by itself)."""
        if endpoint is None:
            return None
        asked = self._options["deployment_name"]
        name = asked or get_at(endpoint, "properties.defaults.deploymentName")
        label = f"batch endpoint {self._options['endpoint_name']}"
        if name is None:
            self._report_absent(
                f"deployment_name: {label} has no default deployment. Name a deployment here, or make one the default."
            )
            return None
        path = f"batchEndpoints/{self._options['endpoint_name']}/deployments/{name}"
        deployment = self._workspace.arm.get(self._workspace.path(path))
        if deployment is None:
            self._report_absent(
                f"deployment_name: {label} has no deployment {name}"
                f"{'' if asked else ', although it is named as the default'}. Create it first, or name another."
            )
        return deployment

    def _report_absent(self, message: str) -> None:
        """Raises InvalidOption for what is absent; warns in check mode, where an earlier task may create it."""
        if not self._workspace.invocation.check_mode:
            raise InvalidOption(message)
        self._workspace.invocation.warn(f"{message} The run will fail unless an earlier task does.")

    # -- inputs ----------------------------------------------------------------------------------------------------

    def _require_one_of_each(self) -> None:
        """Service fact: batch contract 4.5, 14.8."""
        if len(self._spec.inputs) != 1 or self._spec.inputs[0].type == LITERAL:
            raise InvalidOption(
                "inputs: the deployment of a model reads exactly one data input. Give one, and no literals."
            )
        if len(self._spec.outputs) > 1:
            raise InvalidOption("outputs: the deployment of a model has one output. Give at most one.")
        for output in self._spec.outputs:
            if output.type != "uri_file" and self._options["api_generation"] != GENERATION_2021:
                raise InvalidOption(
                    f"outputs.{output.name}.type: the deployment of a model writes one file, and the service refuses "
                    f"{output.type}. Write uri_file, with the path of a file, or leave type out."
                )

    def _find_input(self, item: Input) -> Input:
        """Replace a data asset by the version that it means now. Raises InvalidOption for an absent datastore."""
        if item.files is not None:
            return item.uploaded(self._datastores.default(item.option).name)
        if item.is_asset:
            try:
                return self._find_asset(item)
            except InvalidOption as error:
                self._report_absent(str(error))
                return item
        place = read_datastore_path(item.path)
        if place is not None and place.workspace is None:
            self._datastores.named(place.datastore, item.option)
        return item

    def _find_asset(self, item: Input) -> Input:
        asset_id = full_id(item.path, "data", item.option, self._workspace)
        asset = self._workspace.arm.get(asset_id)
        if asset is None:
            raise InvalidOption(
                f"{item.option}: there is no data asset {item.path}. Register it first, or correct the name."
            )
        kind, uri = (get_at(asset, f"properties.{word}") for word in ("dataType", "dataUri"))
        return item.found(asset_id, kind, self._workspace.id, uri)

    # -- the call --------------------------------------------------------------------------------------------------

    def _body(self, inputs: list[Input], outputs: list[Output]) -> JsonObject:
        """Service fact: batch contract 5.2, 5.3. The service may drop the job's name, tags and properties."""
        if self._options["api_generation"] == GENERATION_2021:
            data = body_of_2021(inputs, outputs, self._workspace.id)
        else:
            data = current_body(inputs, outputs)
        tags = {KEY_TAG: self._spec.key, DEFINITION_TAG: self._spec.definition}
        properties, scored = dict(tags), json.dumps(shown_data(inputs))
        if len(scored) <= LONGEST_PROPERTY:
            properties[INPUTS_PROPERTY] = scored
        body: JsonObject = {"properties": {**data, "name": self._spec.key, "tags": tags, "properties": properties}}
        names_file = any(output.type == "uri_file" for output in outputs)
        for at, value in self._spec.settings.items():
            if not (names_file and at == "properties.outputFileName"):
                set_at(body, at, value)
        return body

    def _described(self, inputs: list[Input], outputs: list[Output]) -> JsonObject:
        described: JsonObject = {
            "name": self._spec.key if self._spec.name else None,
            "endpoint_name": self._options["endpoint_name"],
            "deployment_name": self._options["deployment_name"],
            "inputs": shown_data(inputs),
            "outputs": shown_data(outputs),
        }
        for field in BATCH_JOB.fields:
            if field.at in self._spec.settings:
                set_at(described, field.option, get_at(self._options, field.option))
        return {option: value for option, value in described.items() if value not in (None, {})}


def shown_data(items: t.Iterable[Input | Output]) -> JsonObject:
    """Inputs or outputs as the task writes them."""
    return {item.name: item.shown() for item in items}
