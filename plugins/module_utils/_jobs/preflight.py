# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From a job spec to the call that starts it: what can be known to fail is found here, before the call."""

from __future__ import annotations

import functools
import json
import typing as t
from dataclasses import dataclass

from .._errors import InvalidOption
from .._names.dotted_path import get_at, set_at
from .._names.json_types import JsonObject
from .._names.url import signature_secrets
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .._types.batch_job import BATCH_JOB
from .declared_data import DeclaredData, read_declared
from .input_source import InputSource
from .inputs_outputs import LITERAL, Input, Output, body_of_2021, current_body
from .job import DEFINITION_TAG, INPUTS_PROPERTY, KEY_TAG
from .ledger_index import LedgerIndex
from .output_guard import OutputGuard
from .route import Route, find_route
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


def identify_job(workspace: Workspace, datastores: Datastores) -> JobSpec:
    """The job that the task asks for. Local inputs are read: their content is part of its key.

    A key without inputs is that of a job that was started before; the ledger has its name. Makes no other request.
    Raises InvalidOption that names the option.
    """
    task = workspace.invocation.options
    options = parse_options(task, workspace.id)
    for item in options.inputs:
        if not item.is_local:
            for secret in signature_secrets(item.path.partition("?")[2]):
                workspace.http.register_secret(secret)
    spec = options.identify([item.with_content() for item in options.inputs])
    if task["key"] is None or task["inputs"] is not None or not task["ledger"]:
        return spec
    started = LedgerIndex(datastores).started_with(task["key"], spec.endpoint, preferred=spec.name)
    return JobSpec.named(started[1], spec.endpoint, spec.asked) if started and started[1] != spec.name else spec


class Preflight:
    """Checks all that the call needs.

    In check mode an endpoint, deployment, data asset or file may be absent because an earlier task would create it.
    Then only a prediction is possible, and the request may have no ``scoring_uri``.
    """

    def __init__(self, workspace: Workspace, spec: JobSpec, datastores: Datastores) -> None:
        self._workspace = workspace
        self._spec = spec
        self._datastores = datastores
        self._options = workspace.invocation.options
        self._guard = OutputGuard(workspace, spec, datastores)

    @functools.cached_property
    def _route(self) -> Route:
        return find_route(self._workspace)

    @functools.cached_property
    def _declared(self) -> DeclaredData | None:
        return read_declared(self._route, self._workspace)

    def takes_no_inputs(self) -> bool:
        """Whether the deployment runs a pipeline that needs none."""
        return self._route.runs_pipeline and self._declared is not None and not self._declared.needs_inputs

    def request(self) -> Request:
        """Raises InvalidOption when something is absent or in the way. Writes nothing."""
        self._require_inputs()
        inputs = self._spec.inputs
        if self._declared is not None:
            inputs = self._declared.typed(inputs)
            self._declared.check(inputs, self._spec.outputs)
        elif self._route.deployment is not None and not self._route.runs_pipeline:
            self._require_no_single_file()
            self._require_one_of_each()
        source = InputSource(self._workspace, self._datastores)
        inputs = [source.find(item) for item in inputs]
        outputs = self._guard.choose(None if self._route.runs_pipeline else self._route.deployment)
        self._guard.require_apart(inputs, outputs)
        self._guard.require_free(outputs)
        return Request(
            scoring_uri=self._scoring_uri(),
            deployment=self._options["deployment_name"],
            body=self._body(inputs, outputs),
            described=self._described(inputs, outputs),
            inputs=inputs,
            outputs=outputs,
        )

    def _scoring_uri(self) -> str | None:
        """The address to which the call goes. Raises CredentialError if its host may get no token."""
        uri: str | None = get_at(self._route.endpoint, "properties.scoringUri")
        if uri is not None:
            self._workspace.hosts.check(uri, self._workspace.cloud.ml_audience)
        return uri

    def _require_inputs(self) -> None:
        """A task without inputs waits for a job that exists; only a pipeline that needs none is started without."""
        if self._options["inputs"] is not None or self.takes_no_inputs():
            return
        if self._spec.name is None:
            raise InvalidOption("inputs: the task gives none. Give what to score, or the name of a job to wait for.")
        given = "name" if self._options["name"] is not None else "key"
        raise InvalidOption(
            f"{given}: endpoint {self._spec.endpoint} has no job {self._options[given]}. "
            f"Correct the {given}, or give inputs to start it."
        )

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

    def _require_no_single_file(self) -> None:
        """Service fact: batch contract 6.5 (a script of a summary_only deployment writes its own files), 14.8."""
        if not self._route.is_summary_only:
            return
        reason = (
            f"deployment {get_at(self._route.deployment, 'name')} is summary_only: its script writes files of its own, "
            "and the service none"
        )
        if self._options["output_file_name"] is not None:
            raise InvalidOption(f"output_file_name: {reason}. Leave the option out.")
        takes_folder = self._options["api_generation"] == GENERATION_2021
        for output in self._spec.outputs:
            if not takes_folder:
                raise InvalidOption(
                    f"outputs.{output.name}: {reason}; the output of a model can be no folder. Leave outputs out: "
                    "batch_job_results finds what the script wrote."
                )
            if output.type == "uri_file":
                raise InvalidOption(f"outputs.{output.name}: {reason}. Give the path of a folder, and type uri_folder.")

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
