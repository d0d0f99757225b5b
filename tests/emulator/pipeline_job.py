"""What the job of a pipeline-component deployment says of itself.

Service fact: batch contract 14.19, 14.20, 14.30 (`invoke_pipeline_component`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .jobs import Job
    from .state import State

_CONTINUE = "ComponentDeployment.Settings.continue_on_step_failure"
"""The one key by which a deployment was seen to set it: in its properties, not in its settings."""


def pipeline_properties(job: Job) -> dict[str, str]:
    """The service's own keys in the `properties` of a pipeline job."""
    settings: dict[str, str] = (job.settings.get("deploymentConfiguration") or {}).get("settings") or {}
    return {
        "azureml.pipelineid": job.pipeline_id,
        "azureml.sourcepipelinerunid": job.pipeline_id,
        "azureml.runsource": "azureml.PipelineRun",
        "azureml.runLineageType": "batchDeployment",
        "runSource": "BatchDeployment",
        "runType": "HTTP",
        "azureml.parameters": json.dumps(_literals(job), separators=(",", ":")),
        "azureml.continue_on_step_failure": (job.settings.get("properties") or {}).get(_CONTINUE, "True"),
        "azureml.continue_on_failed_optional_input": "True",
        "azureml.enforceRerun": "False",
        "azureml.defaultComputeName": _name(settings.get("default_compute", "")),
        "azureml.defaultDataStoreName": _name(settings.get("default_datastore", "")) or "workspaceblobstore",
        "azureml.pipelineComponent": "pipelinerun",
    }


def pipeline_failure(state: State, job: Job) -> str:
    """Why a job of a pipeline-component deployment fails here, where no pipeline runs.

    Service fact: batch contract 14.13.
    """
    configuration: dict[str, Any] = job.settings.get("deploymentConfiguration") or {}
    settings = configuration.get("settings") or {}
    if _binds_an_output_twice(state, (configuration.get("componentId") or {}).get("assetId") or ""):
        return "PipelineRun contains duplicate PipelineRun output names"
    if not settings.get("default_compute"):
        return "No compute is set for a step of the pipeline, and the deployment has no default compute."
    return "The emulator runs scoring scripts only; no pipeline."


def _binds_an_output_twice(state: State, component: str) -> bool:
    found = state.resources.get(component)
    steps = (found.properties.get("componentSpec") or {}).get("jobs") if found else None
    bound = [
        name
        for step in (steps or {}).values()
        for name in re.findall(r"\$\{\{\s*parent\.outputs\.(\w+)\s*\}\}", json.dumps(step.get("outputs") or {}))
    ]
    return len(bound) > len(set(bound))


def _literals(job: Job) -> dict[str, str]:
    inputs = (job.request.get("inputData") or {}).items()
    return {name: source["value"] for name, source in inputs if source["jobInputType"] == "Literal"}


def _name(reference: str) -> str:
    return reference.removeprefix("azureml:").rpartition("/")[2]
