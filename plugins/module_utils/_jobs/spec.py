# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The job that a task asks for: its key, inputs, outputs and settings. No file is read and no request is made here."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
import uuid
from dataclasses import dataclass, replace

from .._engine.validate import check_options
from .._errors import InvalidOption
from .._names.arm_id import WorkspaceId
from .._names.json_types import JsonObject
from .._schema.resource_type import Options
from .._types.batch_deployment import BATCH_DEPLOYMENT
from .._types.batch_job import ANY_JOB_NAME, BATCH_JOB
from .inputs_outputs import Input, Output, parse_inputs, parse_outputs
from .job import JobKey, split_key

UNIQUE, FAIL, OVERWRITE = "unique", "fail", "overwrite"
GENERATION_2021 = "2021"
PRESENT = "present"
_NAMESPACE = uuid.UUID("5a3c9f0e-6d3b-4e0f-9c5d-2f6f7a1be0d4")
_LONGEST_SLUG = 100
# In place of a name that is derived later, which is always a valid one.
_GENERATED = "generated"


@dataclass(frozen=True)
class JobOptions:
    """The options of a job, checked and parsed. ``settings`` are JSON path -> JSON.

    ``caller_key`` is the option ``key``: a name is derived from it once the content of local inputs is known.
    ``asked`` is the number of the attempt that the task asks for, None for the last one.
    """

    workspace: WorkspaceId
    name: str | None
    caller_key: str | None
    endpoint: str
    deployment: str | None
    api_generation: str
    inputs: list[Input]
    outputs: list[Output]
    output_policy: str
    settings: JsonObject
    asked: int | None = None

    def identify(self, inputs: list[Input]) -> JobSpec:
        """The job with its key and its fingerprint; ``inputs`` are those of the options with their content."""
        name = self.name if self.caller_key is None else self._derived_name(self.caller_key, inputs)
        key = name or str(uuid.uuid4())
        unique = self.output_policy == UNIQUE
        effective_outputs = [output.below(key) for output in self.outputs] if unique else self.outputs
        definition = [self._route, self.api_generation, _identity(inputs), _shown(effective_outputs), self.settings]
        return JobSpec(
            name=name,
            home=f"{self.workspace.path}/batchEndpoints/{self.endpoint}".lower(),
            endpoint=self.endpoint,
            inputs=inputs,
            named_outputs=self.outputs,
            output_policy=self.output_policy,
            settings=self.settings,
            definition=_fingerprint(definition),
            key=key,
            asked=self.asked,
        )

    def _derived_name(self, caller_key: str, inputs: list[Input]) -> str:
        """The name for the caller's key with this deployment, these inputs and these outputs."""
        slug = re.sub(r"[^a-zA-Z0-9]+", "-", caller_key).strip("-")[:_LONGEST_SLUG] or "job"
        digest = _fingerprint([self._route, _identity(inputs), _shown(self.outputs), caller_key])
        return f"{slug}-{digest[:12]}"

    @property
    def _route(self) -> list[str | None]:
        return [self.endpoint, self.deployment]


@dataclass(frozen=True)
class JobSpec:
    """One job that the task asks for. ``settings`` are JSON path -> JSON.

    ``name`` is the key that the task gives or that was derived, None for a job that no later run has to find. A key can
    have several attempts; each is a job of its own with outputs of its own. ``asked`` is the number of the one that the
    task asks for, None for the last one.
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
    asked: int | None = None

    @classmethod
    def named(cls, name: str, endpoint: str, asked: int | None = None) -> JobSpec:
        """A job to be found by its name, not to be started."""
        return cls(
            name=name,
            home="",
            endpoint=endpoint,
            inputs=[],
            named_outputs=[],
            output_policy=UNIQUE,
            settings={},
            definition="",
            key=name,
            asked=asked,
        )

    def attempt(self, number: int) -> JobSpec:
        """The same job as the attempt of this number."""
        key = self.key if self.name is None else self.name if number == 1 else f"{self.name}--{number}"
        return replace(self, number=number, key=key)

    def of(self, key: str) -> JobSpec:
        """The one attempt that has this key, which may be one of another name."""
        name, number = split_key(key)
        return replace(self, name=name, key=key, number=number, asked=number)

    @property
    def label(self) -> str:
        """The name to show: that of the one attempt which the task asks for, else that of all."""
        return self.key if self.name is None or self.asked is not None else self.name

    @property
    def outputs(self) -> list[Output]:
        """Where the outputs are to be written; empty if the task does not say."""
        if self.output_policy == UNIQUE:
            return [output.below(self.key) for output in self.named_outputs]
        return self.named_outputs

    @property
    def job_key(self) -> JobKey:
        return JobKey(self.key, self.endpoint, frozenset(output.place.key for output in self.outputs))

    @property
    def request_id(self) -> str:
        """The same for every repetition of the call."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.home}/jobs/{self.key}"))


def parse_options(options: Options, workspace: WorkspaceId) -> JobOptions:
    """Check and parse the task's options. Raises InvalidOption that names the option."""
    inputs, outputs = parse_inputs(options["inputs"]), parse_outputs(options["outputs"], workspace)
    _require_one_file_name(options, outputs)
    _check_names(options)
    _check_limits(options)
    name, asked = asked_attempt(options)
    # Jobs of other clients may have names that this collection does not give.
    is_found_by_name = name is not None and (options["inputs"] is None or options["state"] != PRESENT)
    named = {**options, "name": _GENERATED if name is None or is_found_by_name else name}
    return JobOptions(
        workspace=workspace,
        name=name,
        caller_key=options["key"],
        endpoint=options["endpoint_name"],
        deployment=options["deployment_name"],
        api_generation=options["api_generation"],
        inputs=inputs,
        outputs=outputs,
        output_policy=options["output_policy"] or (FAIL if outputs else UNIQUE),
        settings=check_options(BATCH_JOB, named, workspace),
        asked=asked,
    )


def asked_attempt(options: Options) -> tuple[str | None, int | None]:
    """The name of the task without the number of an attempt, and the attempt that the task asks for, None for the last.

    Raises InvalidOption for a name that no job can have, and for two numbers.
    """
    name, number = options["name"], options["attempt"]
    if number is not None and number < 1:
        raise InvalidOption(f"attempt: {number} is no number of an attempt. Give 1 or more, or leave it out.")
    if name is None:
        return None, number
    ANY_JOB_NAME.check("name", name, BATCH_JOB.label)
    base, of_name = split_key(name)
    if of_name == 1:
        return name, number
    if number not in (None, of_name):
        raise InvalidOption(
            f"attempt: {name} is attempt {of_name} of {base}. Leave attempt out, or give {base} as name."
        )
    return base, of_name


def _require_one_file_name(options: Options, outputs: list[Output]) -> None:
    for output in outputs:
        if output.type == "uri_file" and options["output_file_name"] not in (None, output.place.name):
            raise InvalidOption(
                f"output_file_name: the path of outputs.{output.name}, of type uri_file, ends in another file name. "
                "Leave one of them out."
            )


def _check_names(options: Options) -> None:
    """An empty text, as of a variable that is not set, would start a job on each run although nobody asked for it."""
    for option in ("name", "key"):
        if options[option] is not None and not options[option].strip():
            raise InvalidOption(
                f"{option}: it is empty. Give the job a {option} by which it is found again, or leave the option out "
                "(default(omit, true)): each run starts a new job then."
            )
    if options["attempt"] is not None and options["name"] is None and options["key"] is None:
        raise InvalidOption("attempt: it is the number of an attempt of one job. Give the name or key of the job.")
    if options["deployment_name"] is not None:
        BATCH_DEPLOYMENT.name_rule.check("deployment_name", options["deployment_name"], BATCH_DEPLOYMENT.label)


def _check_limits(options: Options) -> None:
    phases = {f"phase_timeouts.{phase}": seconds for phase, seconds in (options["phase_timeouts"] or {}).items()}
    for option, seconds in {"wait_timeout": options["wait_timeout"], **phases}.items():
        if seconds is not None and seconds < 0:
            raise InvalidOption(f"{option}: {seconds} is no number of seconds. Give one that is not negative.")


def _identity(inputs: t.Iterable[Input]) -> JsonObject:
    return {item.name: item.identity() for item in inputs}


def _shown(outputs: t.Iterable[Output]) -> JsonObject:
    return {output.name: output.shown() for output in outputs}


def _fingerprint(value: t.Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
