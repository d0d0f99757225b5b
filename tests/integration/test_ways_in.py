"""Identity and workspace: every documented way to set them; and variables that the roles refuse before any call."""

from __future__ import annotations

import pytest

from .plays import try_role
from .stories import deploy, job, score

pytestmark = pytest.mark.as_module

LOOK = {"name": "Look", "mlops.azureml.workspace_info": {}}
OPTIONS = {
    "subscription_id": "AZURE_SUBSCRIPTION_ID",
    "tenant": "AZURE_TENANT",
    "client_id": "AZURE_CLIENT_ID",
    "secret": "AZURE_SECRET",
    "resource_group": "AZUREML_RESOURCE_GROUP",
    "workspace_name": "AZUREML_WORKSPACE",
    "cloud_environment": "AZURE_CLOUD_ENVIRONMENT",
    "ca_file": "SSL_CERT_FILE",
}


def only(workspace, *names: str, **more: str) -> dict[str, str | None]:
    """Of the workspace's settings these alone."""
    return {**dict.fromkeys(workspace.settings), **{name: workspace.settings[name] for name in names}, **more}


def found(played) -> str:
    [workspace] = played.well().result("Look")["workspaces"]
    return workspace["name"]


def test_options_once_for_all_modules_of_the_group(play, workspace):
    connection = {option: workspace.settings[name] for option, name in OPTIONS.items()}
    tasks = [{"module_defaults": {"group/mlops.azureml.all": connection}, "block": [LOOK]}]
    assert found(play(tasks, settings=only(workspace))) == workspace.settings["AZUREML_WORKSPACE"]


def test_the_connection_variable_of_the_playbooks(play, workspace):
    connection = {option: workspace.settings[name] for option, name in OPTIONS.items()}
    gone = {"batch_teardown_endpoint_name": "words-batch", "azureml_connection": connection}
    assert play("mlops.azureml.teardown", settings=only(workspace), **gone).well().changed == []


@pytest.mark.parametrize(
    "names",
    [
        ("AZURE_TENANT", "AZURE_CLIENT_ID", "AZURE_SECRET", "SSL_CERT_FILE"),
        ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_AUTHORITY_HOST", "REQUESTS_CA_BUNDLE"),
    ],
    ids=["azcollection", "azure-identity"],
)
def test_environment_variables_alone(play, workspace, names):
    place = ("AZURE_SUBSCRIPTION_ID", "AZUREML_RESOURCE_GROUP", "AZUREML_WORKSPACE", "AZURE_CLOUD_ENVIRONMENT")
    assert found(play([LOOK], settings=only(workspace, *place, *names))) == workspace.settings["AZUREML_WORKSPACE"]


def test_the_variables_of_an_awx_credential_with_the_unused_ones_empty(play, workspace):
    injected = only(
        workspace,
        *("AZURE_SUBSCRIPTION_ID", "AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_TENANT", "AZURE_CLOUD_ENVIRONMENT"),
        *("AZUREML_RESOURCE_GROUP", "AZUREML_WORKSPACE", "SSL_CERT_FILE"),
        **dict.fromkeys(("AZURE_AD_USER", "AZURE_PASSWORD", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST"), ""),
    )
    assert found(play([LOOK], settings=injected)) == workspace.settings["AZUREML_WORKSPACE"]


WRONG = (
    ("batch_deploy", {}, "missing required arguments: batch_deploy_endpoint"),
    ("batch_deploy", deploy(batch_deploy_models=[{"name": "words"}]), "path is missing"),
    ("batch_deploy", deploy(batch_deploy_endpoint={"name": "w", "descripton": "x"}), "descripton"),
    ("batch_deploy", deploy(batch_deploy_codes={"name": "w"}), "batch_deploy_codes"),
    ("batch_score", score(job("one", mini_batch_size="many")), "mini_batch_size"),
    ("batch_score", {"batch_score_endpoint_name": "w"}, "give batch_score_jobs, or batch_score_input"),
    ("batch_teardown", {}, "missing required arguments: batch_teardown_endpoint_name"),
)


def test_roles_refuse_wrong_variables_before_any_call(play, workspace):
    played = play([try_role(role, variables) for role, variables, _complaint in WRONG])
    assert len(played.failed) == len(WRONG)
    for (_role, _variables, complaint), failed in zip(WRONG, played.failed):
        assert complaint in failed.result["msg"]
    assert workspace.journal == []
