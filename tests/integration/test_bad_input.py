"""Bad input gets one clear message: what, where, why and what to do.

Nothing is left half done, and the corrected run continues from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .plays import Played, try_role
from .stories import ENDPOINT, deploy, job, score
from .test_deploy import ON_FIRST_RUN

Variables = dict[str, Any]
NOWHERE = "00000000-0000-4000-8000-000000000000"
NO_CREDENTIAL = dict.fromkeys(("AZURE_SECRET", "AZURE_CLIENT_SECRET"), "")
ELSEWHERE = f"/subscriptions/{NOWHERE}/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"
PLACE = "azureml://datastores/workspaceblobstore/paths/words/twice.csv"


@dataclass(frozen=True)
class Case:
    """A mistake in the variables or the settings, and the parts that its message must have."""

    variables: Variables
    says: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)


def asking(settings: dict[str, str], *says: str) -> Case:
    return Case(deploy(), says, settings)


def naming(path: str, value: Any, *says: str) -> Case:
    """Deploy with the variable at a dotted path below ``batch_deploy_`` replaced; numbers are places in lists."""
    variables = deploy()
    *parents, last = (int(part) if part.isdigit() else part for part in f"batch_deploy_{path}".split("."))
    target: Any = variables
    for part in parents:
        target = target[part]
    target[last] = value
    return Case(variables, says)


def scoring(desired: Variables, *says: str, endpoint: str = ENDPOINT) -> Case:
    return Case(score(desired, batch_score_endpoint_name=endpoint), says)


def try_all(play: Callable[..., Played], role: str, cases: list[Case]) -> None:
    """Run the role once for each mistake; each must fail once, with its message and nothing else."""
    played = play([try_role(role, case.variables, case.settings) for case in cases])
    assert "Traceback" not in played.output
    messages = [failed.result["msg"] for failed in played.failed]
    pairs = zip(cases, messages)
    wrong = [(case.says, message) for case, message in pairs if not all(part in message for part in case.says)]
    assert wrong == []
    assert len(messages) == len(cases)


def test_identity_and_workspace(play, workspace):
    remedy = "Check subscription_id, and that the identity may see the subscription."
    cases = [
        asking(NO_CREDENTIAL, "No usable credential", "missing one of secret", "with a password"),
        asking({"AZURE_SECRET": "not-the-secret"}, "the client secret is refused", "it is the secret's value"),
        asking({"AZURE_TENANT": NOWHERE}, f"tenant {NOWHERE}", "check tenant"),
        asking({"AZURE_CLIENT_ID": NOWHERE}, f"client_id {NOWHERE}", "no application with this id", "check client_id"),
        asking({"AZUREML_WORKSPACE": "ws-nowhere"}, "workspace ws-nowhere", "not found", "Check workspace_name"),
        asking({"AZUREML_RESOURCE_GROUP": "rg-nowhere"}, "resource group rg-nowhere", "Check resource_group"),
        asking({"AZURE_SUBSCRIPTION_ID": NOWHERE}, NOWHERE, "could not be found", remedy),
        asking({"AZURE_SUBSCRIPTION_ID": ""}, "No workspace is named", "subscription_id", "AZURE_SUBSCRIPTION_ID"),
    ]
    try_all(play, "batch_deploy", cases)
    assert workspace.writes == []


def test_names_and_references_are_checked_before_the_first_write(play, workspace):
    code = "deployments.0.code_configuration.code"
    create = "Create it first, or correct the reference."
    cases = [
        naming("endpoint.name", "words_batch", "endpoint: name: 'words_batch'", "single dashes", "Choose another"),
        naming("computes.0.name", "words cluster", "computes.0: name: 'words cluster'", "3 to 24", "Choose another"),
        naming("deployments.1.name", "green/2", "deployments.1: name: 'green/2'", "up to 255", "Choose another"),
        naming("models.0.name", "-words", "models.0: name: '-words'", "1 to 255", "Choose another"),
        naming("computes.0.min_instances", -1, "computes.0: min_instances: -1", "Nothing was changed."),
        naming("deployments.0.compute", None, "deployments.0: compute is missing", "words-batch/blue yet", "Add it."),
        naming("models.0.name", "words:1", "models.0: name: 'words:1'", "Nothing was changed."),
        naming("deployments.1.mini_batch_size", 0, "deployments.1: mini_batch_size: 0 is too small"),
        naming("deployments.1.name", "blue", "deployments.0, deployments.1 have the same name, blue. Drop one."),
        naming("default", "red", "default: it is red", "only blue, green", "Correct one of them."),
        naming("deployments.0.compute", "no-cluster", "deployments.0: compute: no-cluster does not exist", create),
        naming("deployments.0.compute", f"{ELSEWHERE}/computes/c", "computes/c", f"'{NOWHERE}'", "subscription_id"),
        naming("deployments.0.model", "azureml:none:1", "model: azureml:none:1 does not exist", create),
        naming("deployments.0.model", "azureml:none@latest", "'azureml:none@latest' has no version", "Register one"),
        naming("deployments.0.model", "wrods", "model: 'wrods' names no version", "write azureml:name:version"),
        naming("deployments.0.environment", "azureml:none:1", "environment: azureml:none:1 does not exist", create),
        naming(code, "azureml:none:1", "code_configuration.code: azureml:none:1 does not exist", create),
    ]
    try_all(play, "batch_deploy", cases)
    assert workspace.writes == []


def folder(below: Path, name: str, **files: str) -> str:
    """A folder with these files; their names are given without their suffix."""
    made = below / name
    made.mkdir()
    for file, text in files.items():
        (made / {"amlignore": ".amlignore"}.get(file, f"{file}.py")).write_text(text)
    return str(made)


def test_files_leave_no_endpoint_behind_and_the_corrected_run_continues(play, workspace, tmp_path):
    (tmp_path / "torn.yml").write_text("dependencies: [python=3.11")
    (tmp_path / "list.yml").write_text("- python=3.11\n")
    empty = folder(tmp_path, "empty")
    other = folder(tmp_path, "other", other="")
    ignored = folder(tmp_path, "ignored", score="", other="", amlignore="score.py\n")
    cases = [
        naming("environments.0.conda_file", f"{tmp_path}/torn.yml", "conda_file", "torn.yml", "is not YAML", "Correct"),
        naming("environments.0.conda_file", f"{tmp_path}/list.yml", "conda_file", "list.yml", "no mapping", "a list"),
        naming("environments.0.conda_file", f"{tmp_path}/no.yml", "conda_file", "no.yml"),
        naming("codes.0.path", empty, f"folder {empty} holds no file", "Put the files there, or correct path."),
        naming("codes.0.path", other, "score.py", other, "Add it there, or correct the name."),
        naming("codes.0.path", ignored, "score.py", ignored, "ignore"),
        naming("models.0.path", empty, f"folder {empty} holds no file", "Put the files there, or correct path."),
        naming("models.0.path", f"{tmp_path}/no", f"cannot read {tmp_path}/no", "Correct the path or create it."),
        naming("endpoint.name", "taken", "batchEndpoints/taken", "unique within the region", "choose another one"),
    ]
    try_all(play, "batch_deploy", cases)
    made = {"environments/words-env", "codes/words-score", "models/words"}
    assert workspace.current == made | {f"{container}/versions/1" for container in made}

    workspace.forget()
    corrected = play("mlops.azureml.deploy", **deploy()).well()
    assert corrected.changed == [change for change in ON_FIRST_RUN if "Publish" not in change]


def test_jobs_that_cannot_run_are_not_started(play, spoiled):
    play([{"name": "An endpoint alone", "mlops.azureml.batch_endpoint": {"name": "idle"}}]).well()
    first = job("twice", outputs={"score": {"type": "uri_file", "path": PLACE}})
    play("mlops.azureml.score", **score(first)).well()
    nowhere = {"score": {"type": "uri_file", "path": "azureml://datastores/nostore/paths/a.csv"}}
    cases = [
        scoring({**first, "name": "thrice"}, f"outputs: {PLACE} exists already", "Give another path or name"),
        scoring(job("a", outputs=nowhere), "outputs.score.path", "no datastore 'nostore'", "correct the name"),
        scoring(job("a", "azureml:none:1"), "inputs.pages.path", "no data asset 'azureml:none:1'", "Register it first"),
        scoring(job("a", "azureml:none@latest"), "inputs.pages.path", "none@latest' has no version", "Register"),
        scoring(job("a", "/no/pages"), "inputs.pages.path: cannot read /no/pages", "Correct the path or create it."),
        scoring(job("a", deployment_name="red"), f"deployment_name: batch endpoint {ENDPOINT} has no deployment red"),
        scoring(job("a"), "batch endpoint idle has no default deployment", "Name a deployment here", endpoint="idle"),
        scoring(job("a"), "endpoint_name: there is no batch endpoint none", "Create it first", endpoint="none"),
        scoring({**job(None), "name": ""}, "batch_score_jobs.0: name or key is empty", "Give one by which"),
        scoring({**job("a"), "key": ""}, "batch_score_jobs.0: name or key is empty"),
        scoring(job("a/b"), "name: 'a/b' cannot be the name of a scoring job", "Choose another name."),
    ]
    spoiled.forget()
    try_all(play, "batch_score", cases)
    assert spoiled.writes == []

    another = {"score": {"type": "uri_file", "path": PLACE.replace("twice", "thrice")}}
    corrected = play("mlops.azureml.score", **score(job("thrice", outputs=another))).well()
    assert corrected.changed == ["mlops.azureml.batch_score : Start the jobs (thrice)"]
