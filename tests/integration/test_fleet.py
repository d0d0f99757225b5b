"""Several workspaces as hosts of one inventory: dev, test and prod of one tenant, and workspaces of two tenants."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from .conftest import ROOT
from .local_workspace import LocalWorkspace
from .stories import DEPLOY

STAGES = ("dev", "test", "prod")
PROFILE = ("tenant", "client_id", "secret")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """An emulator with three workspaces, each tagged with its stage."""
    state = tmp_path_factory.mktemp("fleet")
    command = [os.environ.get("EMULATOR_PYTHON") or sys.executable, "-m", "tests.emulator"]
    names = [part for stage in STAGES for part in ("--workspace", f"rg-{stage}/ws-{stage}")]
    where = ["--state-dir", str(state)]
    subprocess.run([*command, "up", *where, "--operation-seconds", "0.2", *names], cwd=ROOT, check=True, timeout=300)
    lines = (state / "env").read_text().splitlines()
    settings = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines if line)
    workspace = LocalWorkspace(settings)
    for one in workspace.control.get("/emulator/workspaces").json():
        tags = {one["id"]: {"tags": {"stage": one["workspace_name"].removeprefix("ws-")}}}
        workspace.control.post("/emulator/resources", json=tags).raise_for_status()
    try:
        yield workspace
    finally:
        subprocess.run([*command, "down", *where], cwd=ROOT, check=True, timeout=60)


def inventory(folder: Path, name: str, **options: object) -> str:
    """A file of the inventory plugin."""
    path = folder / f"{name}.azureml.yml"
    path.write_text(yaml.safe_dump({"plugin": "mlops.azureml.workspaces", **options}))
    return str(path)


def source(folder: Path, workspace: LocalWorkspace, profile: str) -> str:
    """An inventory of one tenant, whose secret is in the profile alone."""
    settings = workspace.settings
    home = folder / "home" / ".azure"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "credentials").open("a") as file:
        values = (settings["AZURE_TENANT"], settings["AZURE_CLIENT_ID"], settings["AZURE_SECRET"])
        pairs = "".join(f"{name} = {value}\n" for name, value in zip(PROFILE, values, strict=True))
        file.write(f"[{profile}]\n{pairs}\n")
    return inventory(
        folder,
        profile,
        subscriptions=[settings["AZURE_SUBSCRIPTION_ID"]],
        auth_source="credential_file",
        profile=profile,
        cloud_environment=settings["AZURE_CLOUD_ENVIRONMENT"],
        ca_file=settings["SSL_CERT_FILE"],
    )


def listed(environment: dict[str, str], *paths: str) -> dict[str, object]:
    """What ``ansible-inventory --list`` prints."""
    flags = [flag for path in paths for flag in ("-i", path)]
    shown = subprocess.run(
        [sys.executable, "-m", "ansible", "inventory", "--list", *flags],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "[WARNING]" not in shown.stderr, shown.stderr
    found: dict[str, object] = json.loads(shown.stdout)
    return found


def alone(environment: dict[str, str], fleet: LocalWorkspace) -> dict[str, str]:
    """The identity alone: which workspaces there are, the inventory says."""
    workspace = ("AZURE_SUBSCRIPTION_ID", "AZUREML_RESOURCE_GROUP", "AZUREML_WORKSPACE")
    return {**environment, **fleet.settings, **dict.fromkeys(workspace, "")}


# Names of endpoints are unique in a region.
NAME = "words-{{ azureml_workspace.tags.stage | default('own') }}"
CONTENT = {"batch_deploy_endpoint": {"name": NAME}, "batch_deploy_models": DEPLOY["batch_deploy_models"]}


def test_dev_first_and_the_same_content_for_test_and_prod(play, environment, fleet, tmp_path):
    mine = alone(environment, fleet)
    path = inventory(tmp_path, "fleet", subscriptions=[fleet.settings["AZURE_SUBSCRIPTION_ID"]])
    found = listed(mine, path)
    assert found["azureml_workspaces"] == {"hosts": ["ws-dev", "ws-prod", "ws-test"]}
    assert found["tag_stage_prod"] == {"hosts": ["ws-prod"]}
    assert (
        set(found["region_eastus"]["hosts"]) == set(found["kind_default"]["hosts"]) == {"ws-dev", "ws-prod", "ws-test"}
    )
    assert fleet.settings["AZURE_SECRET"] not in json.dumps(found)

    dev = play("mlops.azureml.deploy", "-i", path, settings=mine, azureml_hosts="tag_stage_dev", **CONTENT).well()
    assert len(dev.changed) == 2
    checked = play(
        "mlops.azureml.deploy", "-i", path, "--check", settings=mine, azureml_hosts="ws-dev", **CONTENT
    ).well()
    assert checked.changed == []
    rest = play(
        "mlops.azureml.deploy",
        *("-i", path),
        settings={**mine, "ANSIBLE_SHOW_CUSTOM_STATS": "true"},
        azureml_hosts="azureml_workspaces:!tag_stage_dev",
        **CONTENT,
    ).well()
    assert len(rest.changed) == 4
    stats = next(line for line in rest.output.splitlines() if line.strip().startswith("RUN:"))
    results = json.loads(stats.partition("RUN:")[2])["batch_deploy_results"]
    assert sorted(results) == ["ws-prod", "ws-test"]
    models = [result["models"][0]["hash"] for result in results.values()]
    assert len(set(models)) == 1


def test_two_tenants_by_two_sources(play, environment, fleet, started, tmp_path):
    started.reset()
    nothing = dict.fromkeys((*fleet.settings,), "")
    paths = [source(tmp_path, fleet, "first"), source(tmp_path, started, "second")]
    mine = {**environment, **nothing, "HOME": str(tmp_path / "home")}
    assert len(listed(mine, *paths)["azureml_workspaces"]["hosts"]) == 4
    flags = [flag for path in paths for flag in ("-i", path)]
    played = play("mlops.azureml.deploy", *flags, settings=mine, azureml_hosts="ws-test,ws-emulator", **CONTENT).well()
    assert "batchEndpoints/words-own" in started.current
    assert {one.outcome for one in played.results} <= {"ok", "skipped"}


def test_one_failing_host_stops_the_others_only_if_asked(play, environment, fleet, tmp_path):
    path = inventory(tmp_path, "fleet", subscriptions=[fleet.settings["AZURE_SUBSCRIPTION_ID"]])
    name = {
        "batch_deploy_endpoint": {"name": "{{ 'x' if inventory_hostname == 'ws-dev' else 'no-' ~ inventory_hostname }}"}
    }
    for most, returned in ((100, 2), (0, 0)):
        played = play(
            *("mlops.azureml.deploy", "-i", path, "--check"),
            settings=alone(environment, fleet),
            azureml_hosts="all",
            azureml_max_fail_percentage=most,
            **name,
        )
        assert len(played.failed) == 1
        assert (
            len([one for one in played.results if one.task.endswith("batch_deploy : Hand the result over per host")])
            == returned
        )
