"""One local workspace for the session, the clients that work on it, and our own playbooks beside them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import environment, execution, play, started
from tests.integration.local_workspace import LocalWorkspace
from tests.integration.plays import HERE as PLAYS
from tests.integration.plays import TaskResult

from .environments import python_of

__all__ = ["environment", "execution", "play", "started"]

HERE = Path(__file__).parent
Run = Callable[..., str]
Tasks = dict[str, TaskResult]


@pytest.fixture(scope="module")
def client_environment(started: LocalWorkspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the clients: the workspace's variables, and no other AZURE* variable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZURE", "ANSIBLE"))}
    own = {"HOME": str(tmp_path_factory.mktemp("home")), "PYTHONPATH": str(HERE / "resolver")}
    return {**kept, **started.settings, **own}


@pytest.fixture(scope="module")
def run(client_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a client's command in a folder of its own; what it printed. A status other than 0 fails the test."""

    def run_it(*command: str | Path, **variables: str) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=tmp_path_factory.mktemp("client"),
            env={**client_environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=1200,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return run_it


@pytest.fixture(scope="module")
def neighbour(run: Run, started: LocalWorkspace, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Tasks]:
    """Runs a playbook with the Ansible of azure.azcollection's environment; what each task did."""
    playbook = python_of("neighbour").parent / "ansible-playbook"
    results = tmp_path_factory.mktemp("results") / "results"
    # azure-cli-core needs the list form of the metadata; tokens must not be asked of Azure's own instance discovery.
    variables = {
        "ARM_CLOUD_METADATA_URL": f"{started.settings['AZURE_CLOUD_ENVIRONMENT']}/metadata/endpoints"
        "?api-version=2019-05-01",
        "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
        "ANSIBLE_CALLBACK_PLUGINS": str(PLAYS / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "task_results",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "LC_ALL": "C.UTF-8",
        "RESULTS_FILE": str(results),
    }

    def play(book: Path, *flags: str) -> Tasks:
        results.unlink(missing_ok=True)
        run(playbook, book, *flags, **variables)
        lines = results.read_text().splitlines()
        return {one.task: one for one in (TaskResult(**json.loads(line)) for line in lines)}

    return play


def journal(workspace: LocalWorkspace) -> Iterable[dict[str, Any]]:
    """All that the journal knows of each request."""
    return map(json.loads, workspace.control.get("/emulator/journal").raise_for_status().text.splitlines())
