"""What a user of the official SDK does with batch endpoints, in acts. Runs in a virtual environment of the SDK.

    python sdk.py ACT FOLDER ANSWER

FOLDER holds what is uploaded; what the SDK returned goes to the file ANSWER as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from azure.ai.ml import Input, MLClient, Output
from azure.ai.ml._artifacts._artifact_utilities import download_artifact_from_aml_uri
from azure.ai.ml.constants import ListViewType
from azure.ai.ml.entities import (
    AmlCompute,
    BatchEndpoint,
    BatchRetrySettings,
    BuildContext,
    CodeConfiguration,
    Data,
    Environment,
    Model,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
)
from azure.ai.ml.entities._assets import Code
from azure.identity import ClientSecretCredential

ENDPOINT = "words-batch"
PLACE = "azureml://datastores/workspaceblobstore/paths/named"
SLOW = Path(__file__).parents[1] / "files" / "slow"


def client(registry: str = "") -> MLClient:
    """Of the workspace, or of a registry.

    Its cloud comes from the metadata address in the environment; all else is what a user passes.
    """
    credential = ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"],
        os.environ["AZURE_CLIENT_ID"],
        os.environ["AZURE_CLIENT_SECRET"],
        authority=os.environ["AZURE_AUTHORITY_HOST"],
        disable_instance_discovery=True,
    )
    if registry:
        return MLClient(credential, registry_name=registry, polling_interval=0.2)
    return MLClient(
        credential,
        os.environ["AZURE_SUBSCRIPTION_ID"],
        os.environ["AZUREML_RESOURCE_GROUP"],
        os.environ["AZUREML_WORKSPACE"],
        polling_interval=0.2,
    )


def cluster(**changes: Any) -> AmlCompute:
    settings = {"size": "Standard_DS3_v2", "min_instances": 0, "max_instances": 2}
    return AmlCompute(name="words-cluster", **{**settings, **changes})


def compute(ml: MLClient, _folder: Path) -> dict[str, Any]:
    def sized(made: AmlCompute) -> list[Any]:
        return [made.size, made.min_instances, made.max_instances, made.provisioning_state]

    created = ml.compute.begin_create_or_update(cluster(max_instances=1)).result()
    updated = ml.compute.begin_create_or_update(cluster()).result()
    return {
        "created": sized(created),
        "updated": sized(updated),
        "got": sized(ml.compute.get("words-cluster")),
        "listed": [one.name for one in ml.compute.list()],
    }


def assets(ml: MLClient, folder: Path) -> dict[str, Any]:
    code = ml._code.create_or_update(Code(name="words-score", version="1", path=folder / "score"))
    model = ml.models.create_or_update(Model(name="words", path=folder / "times.txt", type="custom_model"))
    environment = Environment(name="words-env", image="library/python:3.11", conda_file=folder / "conda.yml")
    environment = ml.environments.create_or_update(environment)
    built = Environment(name="built-env", build=BuildContext(path=folder / "score"))
    built = ml.environments.create_or_update(built)
    pages = ml.data.create_or_update(Data(name="pages", path=folder / "pages", type="uri_folder"))
    return {
        "code": {"version": code.version, "path": code.path},
        "model": {"version": model.version, "path": model.path, "type": model.type},
        "environment": {"version": environment.version, "conda": environment.conda_file, "image": environment.image},
        "built": {"context": built.build.path, "dockerfile": built.build.dockerfile_path},
        "data": {"version": pages.version, "path": pages.path},
    }


def labels(ml: MLClient, folder: Path) -> dict[str, Any]:
    numbered = [
        ml.models.create_or_update(Model(name="letters", path=folder / "times.txt", description=text)).version
        for text in ("first", "second")
    ]
    ml.models.create_or_update(Model(name="letters", version="bar", path=folder / "times.txt"))
    for version in ("2", "1"):
        ml.environments.create_or_update(Environment(name="letters", version=version, image="library/python:3.11"))
        ml.data.create_or_update(Data(name="letters", version=version, path=folder / "pages", type="uri_folder"))
    return {
        "numbered": numbered,
        "latest": [one.get("letters", label="latest").version for one in (ml.models, ml.environments, ml.data)],
        "versions": [one.version for one in ml.models.list("letters")],
        "container": next(one.latest_version for one in ml.models.list() if one.name == "letters"),
    }


def deployment(name: str, code: str, script: str, **settings: Any) -> ModelBatchDeployment:
    variables = settings.pop("environment_variables", {})
    return ModelBatchDeployment(
        name=name,
        endpoint_name=ENDPOINT,
        model="words@latest",
        code_configuration=CodeConfiguration(code=code, scoring_script=script),
        environment="azureml:words-env:1",
        compute="words-cluster",
        settings=ModelBatchDeploymentSettings(
            max_concurrency_per_instance=2,
            instance_count=1,
            retry_settings=BatchRetrySettings(max_retries=3, timeout=60),
            error_threshold=0,
            logging_level="info",
            output_action="append_row",
            output_file_name="words.csv",
            environment_variables=variables,
            **settings,
        ),
    )


def endpoint(ml: MLClient, folder: Path) -> dict[str, Any]:
    def shown(made: BatchEndpoint) -> dict[str, Any]:
        default = made.defaults.deployment_name if made.defaults else None
        state = made.provisioning_state
        return {"description": made.description, "tags": made.tags, "default": default, "state": state}

    created = ml.batch_endpoints.begin_create_or_update(
        BatchEndpoint(name=ENDPOINT, description="Counts words", tags={"team": "text"})
    ).result()
    made = [
        deployment("blue", "azureml:words-score:1", "score.py", mini_batch_size=1),
        deployment(
            "green", str(folder / "score"), "score.py", mini_batch_size=1, environment_variables={"TIMES": "10"}
        ),
    ]
    for one in made:
        ml.batch_deployments.begin_create_or_update(one).result()
    updated = deployment("blue", "azureml:words-score:1", "score.py", mini_batch_size=2)
    ml.batch_deployments.begin_create_or_update(updated).result()

    changed = ml.batch_endpoints.get(ENDPOINT)
    changed.description = "Counts letters"  # the service keeps the first one
    changed.defaults.deployment_name = "blue"
    ml.batch_endpoints.begin_create_or_update(changed).result()
    deployments = {one.name: one for one in ml.batch_deployments.list(ENDPOINT)}
    return {
        "created": shown(created),
        "updated": shown(ml.batch_endpoints.get(ENDPOINT)),
        "listed": [one.name for one in ml.batch_endpoints.list()],
        "deployments": {
            name: {
                "model": one.model,
                "code": one.code_configuration.code,
                "environment": one.environment,
                "mini_batch_size": one.mini_batch_size,
                "logging_level": one.logging_level,
                "timeout": one.retry_settings.timeout,
                "state": one.provisioning_state,
            }
            for name, one in deployments.items()
        },
    }


def text(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(folder.rglob("*")) if file.is_file()}


def score(ml: MLClient, folder: Path) -> dict[str, Any]:
    registered = ml.batch_endpoints.invoke(ENDPOINT, input=Input(type="uri_folder", path="azureml:pages:1"))
    uploaded = ml.batch_endpoints.invoke(ENDPOINT, input=Input(type="uri_folder", path=str(folder / "pages")))
    # The last one: the SDK keeps the header that names the deployment for all later calls.
    named = ml.batch_endpoints.invoke(
        ENDPOINT,
        deployment_name="green",
        inputs={"pages": Input(type="uri_folder", path="azureml:pages@latest")},
        outputs={"rows": Output(type="uri_file", path=f"{PLACE}/rows.csv")},
        experiment_name="counting",
    )
    jobs = {"registered": registered.name, "uploaded": uploaded.name, "named": named.name}
    for name in jobs.values():
        ml.jobs.stream(name)
    for kind in ("registered", "uploaded"):
        ml.jobs.download(jobs[kind], download_path=Path(kind), output_name="score")
    download_artifact_from_aml_uri(f"{PLACE}/", "named", ml.datastores)
    ended = {kind: ml.jobs.get(name) for kind, name in jobs.items()}
    return {
        "names": jobs,
        "status": {kind: job.status for kind, job in ended.items()},
        "experiments": {kind: job.experiment_name for kind, job in ended.items()},
        "results": {kind: text(Path(kind)) for kind in jobs},
        "of_endpoint": [job.name for job in ml.batch_endpoints.list_jobs(ENDPOINT)],
        "of_green": [job.name for job in ml.batch_deployments.list_jobs(ENDPOINT, name="green")],
        "of_workspace": [job.name for job in ml.jobs.list()],
    }


def cancel(ml: MLClient, _folder: Path) -> dict[str, Any]:
    slow = deployment("slow", str(SLOW), "score.py", mini_batch_size=1)
    ml.batch_deployments.begin_create_or_update(slow).result()
    pages = Input(type="uri_folder", path="azureml:pages:1")
    job = ml.batch_endpoints.invoke(ENDPOINT, deployment_name="slow", input=pages)
    ml.jobs.begin_cancel(job.name).result()
    canceled = ml.jobs.get(job.name).status
    ml.batch_deployments.begin_delete("slow", ENDPOINT).result()
    return {"status": canceled, "left": sorted(one.name for one in ml.batch_deployments.list(ENDPOINT))}


def archive(ml: MLClient, folder: Path) -> dict[str, Any]:
    def views(listing: Callable[..., Iterable[Any]]) -> list[list[str]]:
        return [
            [one.version or one.name for one in listing(list_view_type=view)]
            for view in (ListViewType.ACTIVE_ONLY, ListViewType.ARCHIVED_ONLY)
        ]

    kinds = {"model": ml.models, "environment": ml.environments, "data": ml.data}
    ml.models.create_or_update(Model(name="old", version="1", path=folder / "times.txt"))
    ml.environments.create_or_update(Environment(name="old", version="1", image="library/python:3.11"))
    ml.data.create_or_update(Data(name="old", version="1", path=folder / "pages", type="uri_folder"))
    seen: dict[str, Any] = {}
    for kind, operations in kinds.items():
        operations.archive("old", version="1")
        archived = views(lambda operations=operations, **view: operations.list("old", **view))
        operations.restore("old", version="1")
        restored = views(lambda operations=operations, **view: operations.list("old", **view))
        seen[kind] = {"archived": archived, "restored": restored}
    ml.models.archive("old")
    seen["container"] = {"archived": "old" not in [one.name for one in ml.models.list()]}
    ml.models.restore("old")
    seen["container"]["restored"] = "old" in [one.name for one in ml.models.list()]
    return seen


def recognise(ml: MLClient, folder: Path) -> dict[str, Any]:
    code = ml._code.create_or_update(Code(name="other", version="7", path=folder / "score"))
    model = ml.models.create_or_update(Model(name="words", version="1", path=folder / "times.txt"))
    data = ml.data.create_or_update(Data(name="pages", version="1", path=folder / "pages", type="uri_folder"))
    environment = Environment(name="words-env", image="library/python:3.11", conda_file=folder / "conda.yml")
    environment = ml.environments.create_or_update(environment)
    return {one.name: one.version for one in (code, model, data, environment)}


def remove(ml: MLClient, _folder: Path) -> dict[str, Any]:
    ml.batch_endpoints.begin_delete(ENDPOINT).result()
    ml.compute.begin_delete("words-cluster").result()
    return {"endpoints": [one.name for one in ml.batch_endpoints.list()], "computes": [*ml.compute.list()]}


ACTS: dict[str, list[Callable[[MLClient, Path], dict[str, Any]]]] = {
    "make": [compute, assets, labels, endpoint],
    "score": [score, cancel],
    "archive": [archive],
    "recognise": [recognise],
    "remove": [remove],
}


def main(act: str, folder: str, answer: str) -> None:
    ml = client()
    results = {step.__name__: step(ml, Path(folder)) for step in ACTS[act]}
    Path(answer).write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
