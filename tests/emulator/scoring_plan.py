"""From a job to the plan of its scoring run: the deployment's settings, the call's own over them, and where data is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import isodate  # type: ignore[import-untyped]  # it has no types

from .arm.pipeline_deployments import is_pipeline
from .pipeline_job import pipeline_failure
from .places import Foreign, Unreachable, default_container, resolve
from .runtime.executor import dataset_failed
from .runtime.plan import Place, Plan, RunFailed
from .state import State
from .storage import ARTIFACT_CONTAINER

if TYPE_CHECKING:
    from .jobs import Job

UNSUPPORTED_INPUT = (
    "Data set node [code] references parameter dataset_param which doesn't have a specified value or a default value"
)
STREAM_ACCESS = (
    "ScriptExecution.StreamAccess.Authentication: ScriptExecutionException was caused by StreamAccessException. "
    "StreamAccessException was caused by AuthenticationException."
)
"""The identity that reads the input may not. Service fact: batch contract 9.2."""
_DATA_INPUTS = ("UriFile", "UriFolder")


def effective(job: Job, name: str, part: str | None = None) -> Any:
    """A setting of a job: what the call sent, else what the deployment says. `part` is a key inside it."""
    for source in (job.request, job.settings):
        value = source.get(name)
        if part is not None:
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def timeout_seconds(job: Job) -> float:
    """How long a mini batch may take."""
    return _seconds(effective(job, "retrySettings", "timeout"))


@functools.lru_cache
def _seconds(duration: str) -> float:
    return float(isodate.parse_duration(duration).total_seconds())


def output_uri(job: Job) -> str | None:
    """The output that the call names, of whichever generation; None for the default place."""
    for output in (job.request.get("outputData") or {}).values():
        if output.get("uri"):
            return str(output["uri"])
    if dataset := job.request.get("outputDataset"):
        return f"azureml:{dataset['datastoreId']}/paths/{str(dataset['path']).strip('/')}"
    return None


def input_uri(job: Job) -> str:
    """The one data input that the call names, of whichever generation."""
    for source in (job.request.get("inputData") or {}).values():
        return str(source["uri"])
    dataset = job.request["dataset"]
    if dataset.get("datasetName"):
        return f"azureml:{dataset['datasetName']}:{dataset.get('datasetVersion')}"
    return str(dataset.get("path") or dataset.get("datasetId"))


def output_file_name(job: Job) -> str:
    """Name of the file that rows are appended to: the last part of a `UriFile` output, or the setting."""
    for output in (job.request.get("outputData") or {}).values():
        if output.get("uri") and output["jobOutputType"] == "UriFile":
            return str(output["uri"]).rstrip("/").rpartition("/")[2]
    return str(effective(job, "outputFileName"))


def default_output_path(job: Job) -> str:
    """Folder of the results in the default datastore. Service fact: batch contract 6.5 (it carries the child run)."""
    return f"azureml/{job.child_run_id}/score"


def output_place(state: State, job: Job) -> Place:
    """The folder that results go to. Raises RunFailed."""
    uri = output_uri(job)
    if uri is None:
        return Place(default_container(state), default_output_path(job))
    place = _place(state, uri)
    if any(output["jobOutputType"] == "UriFile" for output in (job.request.get("outputData") or {}).values()):
        return Place(place.container, place.path.rpartition("/")[0])
    return place


def run_arguments(job: Job) -> list[str]:
    """What the run is started with. Service fact: batch contract 6.5 (`runDefinition.arguments`)."""
    model = str((job.settings.get("model") or {}).get("assetId") or "").split("/")
    named = {
        "model_name": model[-3] if len(model) > 3 else "",
        "model_version": model[-1],
        "batch_endpoint_enabled": "True",
        "scoring_module_name": (job.settings.get("codeConfiguration") or {}).get("scoringScript"),
        "error_threshold": effective(job, "errorThreshold"),
        "output_action": "append_row" if job.settings["outputAction"] == "AppendRow" else "summary_only",
        "append_row_file_name": output_file_name(job),
        "append_row_dataframe_header": "False",
        "mini_batch_size": effective(job, "miniBatchSize"),
        "logging_level": str(effective(job, "loggingLevel")).upper(),
        "run_max_try": effective(job, "retrySettings", "maxRetries"),
        "run_invocation_timeout": f"{timeout_seconds(job):.0f}",
        "output": "$AZUREML_DATAREFERENCE_score",
        "process_count_per_node": effective(job, "maxConcurrencyPerInstance"),
    }
    return [text for name, value in named.items() for text in (f"--{name}", str(value))]


def scoring_plan(state: State, job: Job) -> Plan:
    """The plan of a job's scoring run. Raises RunFailed when something it refers to is not there."""
    if is_pipeline(job.settings):
        raise RunFailed(pipeline_failure(state, job))
    code = job.settings.get("codeConfiguration") or {}
    if not code.get("codeId"):
        raise RunFailed("The emulator runs scoring scripts only; the deployment names none.")
    return Plan(
        run_id=job.child_run_id,
        scoring_script=code["scoringScript"],
        code=_place(state, code["codeId"]),
        model=_model(state, job.settings.get("model")),
        inputs=_inputs(state, job),
        output=output_place(state, job),
        logs=Place(ARTIFACT_CONTAINER, f"ExperimentRun/dcid.{job.child_run_id}"),
        output_file_name=output_file_name(job),
        append_row=job.settings["outputAction"] == "AppendRow",
        leaves_existing=state.policies["existing_output"] == "left",
        mini_batch_size=effective(job, "miniBatchSize"),
        instance_count=effective(job, "compute", "instanceCount") or job.settings["resources"]["instanceCount"],
        processes_per_instance=effective(job, "maxConcurrencyPerInstance"),
        max_tries=max(1, effective(job, "retrySettings", "maxRetries")),
        timeout_seconds=timeout_seconds(job),
        error_threshold=effective(job, "errorThreshold"),
        logging_level=str(effective(job, "loggingLevel")).upper(),
        arguments=tuple(run_arguments(job)),
        environment=job.settings.get("environmentVariables") or {},
        conda=_conda(state, job.settings.get("environmentId")),
        progress_logs=state.policies["progress_logs"],
    )


def _place(state: State, reference: str) -> Place:
    try:
        return resolve(state, reference)
    except Unreachable as missing:
        raise RunFailed(str(missing)) from missing


def _model(state: State, model: dict[str, Any] | None) -> Place | None:
    """Service fact: batch contract 4.1 (kinds of model references)."""
    if not model:
        return None
    if model.get("assetId"):
        return _place(state, model["assetId"])
    if model.get("datastoreId"):
        return _place(state, f"azureml:{model['datastoreId']}/paths/{model.get('path') or ''}")
    raise RunFailed("The emulator takes no model from the output of a job.")


def _inputs(state: State, job: Job) -> Place:
    """The one data input. Service fact: batch contract 5.2, 9.2 (unsupported kinds fail the job)."""
    sent = next(iter((job.request.get("inputData") or {}).values()), None)
    if not job.request.get("dataset") and (sent is None or sent["jobInputType"] not in _DATA_INPUTS):
        raise RunFailed(UNSUPPORTED_INPUT)
    try:
        return resolve(state, input_uri(job))
    except Foreign as foreign:
        raise RunFailed(STREAM_ACCESS, str(foreign)) from foreign
    except Unreachable as missing:
        raise RunFailed(dataset_failed(job.child_run_id)) from missing


def _conda(state: State, environment: str | None) -> str:
    """Conda file of the environment; "" when it has none, or is none of the workspace's own."""
    if not environment:
        return ""
    if environment.lower().startswith("azureml:") and environment.count(":") == 2:
        _scheme, name, version = environment.split(":")
        environment = state.workspace("environments", name, "versions", version)
    found = state.resources.get(environment)
    return str(found.properties.get("condaFile") or "") if found else ""
