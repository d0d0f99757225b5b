"""Tokens of a playbook: how many are requested, and where they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from .local_workspace import LocalWorkspace
from .plays import PLAY

HOSTS = 50
LIST = {"mlops.azureml.compute_info": {}}
JWT = b"eyJ"  # how each token begins


def token_requests(workspace: LocalWorkspace) -> int:
    return sum(one.method == "POST" and one.path.endswith("/oauth2/v2.0/token") for one in workspace.journal)


def files_with_tokens(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and JWT in file.read_bytes()]


@pytest.fixture
def many_hosts(tmp_path: Path) -> str:
    lines = [f"host{number} ansible_connection=local\n" for number in range(HOSTS)]
    (tmp_path / "hosts").write_text("".join(lines))
    return str(tmp_path / "hosts")


def test_a_playbook_requests_one_token_whatever_its_hosts_and_forks(play, workspace, many_hosts, tmp_path):
    plays = [{**PLAY, "hosts": "all", "strategy": "free", "tasks": [LIST, LIST]}]
    played = play(plays, "-i", many_hosts, "-f", str(HOSTS), "-vvv", azureml_execution="controller").well()
    assert len(played.results) == 2 * HOSTS
    assert token_requests(workspace) == 1
    assert files_with_tokens(tmp_path) == []


def test_modules_keep_tokens_in_private_files_unless_that_is_forbidden(play, workspace, tmp_path):
    play([LIST, LIST], azureml_execution="module").well()
    assert token_requests(workspace) == 1
    [file] = files_with_tokens(tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    file.unlink()
    workspace.forget()
    play([LIST], azureml_execution="module", settings={"AZUREML_TOKEN_CACHE": "false"}).well()
    play([{"mlops.azureml.compute_info": {"token_cache": False}}], azureml_execution="module").well()
    assert token_requests(workspace) == 2
    assert files_with_tokens(tmp_path) == []
