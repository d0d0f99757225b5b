# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a task orders, as far as its words tell: under which key, with which inputs, outputs and settings."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
import uuid
from dataclasses import dataclass, replace

from .._engine.plan import check_options
from .._errors import InvalidOption
from .._names.json_types import JsonObject
from .._schema.resource_type import Options
from .._service.workspace import Workspace
from .._types.batch_deployment import BATCH_DEPLOYMENT
from .._types.batch_job import BATCH_JOB
from .inputs_outputs import Input, Output, read_inputs, read_outputs
from .job import Marks

UNIQUE, FAIL, OVERWRITE = "unique", "fail", "overwrite"
GENERATION_2021 = "2021"
_NAMESPACE = uuid.UUID("5a3c9f0e-6d3b-4e0f-9c5d-2f6f7a1be0d4")
_LONGEST_SLUG = 100


@dataclass(frozen=True)
class JobSpec:
    """One job that the task asks for. ``settings`` are wire path -> JSON.

    ``name`` is the key that the task gave or derived, None for a job that nobody wants to find again. A key that is
    tried again has numbered tries; each is a job of its own with a place of its own.
    """

    name: str | None
    home: str
    endpoint: str
    inputs: list[Input]
    named_outputs: list[Output]
    output_policy: str
    settings: JsonObject
    definition: str
    key: str
    number: int = 1

    def again(self, number: int) -> JobSpec:
        """The same order as the try of this number."""
        return replace(self, number=number, key=self.key if number == 1 else f"{self.name}--{number}")

    @property
    def outputs(self) -> list[Output]:
        """Where the task wants the outputs; empty where it does not say."""
        if self.output_policy == UNIQUE:
            return [output.below(self.key) for output in self.named_outputs]
        return self.named_outputs

    @property
    def marks(self) -> Marks:
        return Marks(self.key, self.endpoint, frozenset(output.place.key for output in self.outputs))

    @property
    def request_id(self) -> str:
        """The same for every repetition of the call."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.home}/jobs/{self.key}"))


def read_order(options: Options, workspace: Workspace) -> JobSpec:
    """Check the task's words; no request is made. Raises InvalidOption that names the option."""
    inputs = read_inputs(options["inputs"])
    outputs = read_outputs(options["outputs"], workspace.id)
    for output in outputs:
        if output.type == "uri_file" and options["output_file_name"] not in (None, output.place.name):
            raise InvalidOption(
                f"output_file_name: the path of outputs.{output.name}, of type uri_file, ends in another file name. "
                "Leave one of them out."
            )
    for item in inputs:
        if item.files is None:
            workspace.http.register_secret(item.path.partition("?")[2])
    _check_names(options)
    _check_limits(options)
    name = options["name"] or _derived(options, inputs, outputs)
    key = name or str(uuid.uuid4())
    policy = options["output_policy"] or (FAIL if outputs else UNIQUE)
    settings = check_options(BATCH_JOB, {**options, "name": key}, workspace.id)
    endpoint = options["endpoint_name"]
    goes_to = [output.below(key) for output in outputs] if policy == UNIQUE else outputs
    return JobSpec(
        name=name,
        home=f"{workspace.id.path}/batchEndpoints/{endpoint}".lower(),
        endpoint=endpoint,
        inputs=inputs,
        named_outputs=outputs,
        output_policy=policy,
        settings=settings,
        definition=_fingerprint(
            [_route(options), options["api_generation"], _identity(inputs), _words(goes_to), settings]
        ),
        key=key,
    )


def _check_names(options: Options) -> None:
    """An empty text, as of a variable that is not set, would start a job on each run without anybody wanting it."""
    for option in ("name", "key"):
        if options[option] is not None and not options[option].strip():
            raise InvalidOption(
                f"{option}: it is empty. Give the job a {option} by which it is found again, or leave the option out "
                "(default(omit, true)): each run starts a new job then."
            )
    if options["deployment_name"] is not None:
        BATCH_DEPLOYMENT.name_rule.check("deployment_name", options["deployment_name"], BATCH_DEPLOYMENT.label)
    if options["key"] is not None and options["inputs"] is None:
        raise InvalidOption(
            "key: a job is known by its key only together with the inputs, outputs and deployment it was started with. "
            "Give them as they were then, or, in place of key, as name what was returned as batch_job.key."
        )


def _check_limits(options: Options) -> None:
    phases = {f"phase_timeouts.{phase}": seconds for phase, seconds in (options["phase_timeouts"] or {}).items()}
    for option, seconds in {"wait_timeout": options["wait_timeout"], **phases}.items():
        if seconds is not None and seconds < 0:
            raise InvalidOption(f"{option}: {seconds} is no number of seconds. Give one that is not negative.")


def _derived(options: Options, inputs: list[Input], outputs: list[Output]) -> str | None:
    """The name that stands for the caller's key with this route, these inputs and these outputs."""
    if options["key"] is None:
        return None
    slug = re.sub(r"[^a-zA-Z0-9]+", "-", options["key"]).strip("-")[:_LONGEST_SLUG] or "job"
    digest = _fingerprint([_route(options), _identity(inputs), _words(outputs), options["key"]])
    return f"{slug}-{digest[:12]}"


def _route(options: Options) -> list[str | None]:
    return [options["endpoint_name"], options["deployment_name"]]


def _identity(inputs: t.Iterable[Input]) -> JsonObject:
    return {item.name: item.identity() for item in inputs}


def _words(outputs: t.Iterable[Output]) -> JsonObject:
    return {output.name: output.shown() for output in outputs}


def _fingerprint(words: t.Any) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:32]
