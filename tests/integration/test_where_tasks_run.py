"""Each task runs inside the controller's worker where it can, else as a module, and says which way and why."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from .plays import PLAY, Played

# Refused before the first request: where it runs is all that matters here.
REFUSED: dict[str, Any] = {"mlops.azureml.compute": {"name": "x"}, "ignore_errors": True, "ignore_unreachable": True}
WORKER = "inside the controller's worker"
CONNECTION = '''
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: elsewhere
short_description: A connection to somewhere else
description: For tests.
author: mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment: [connection_pipelining]
"""


class Connection(Local):
    transport = "elsewhere"
'''


def ways(played: Played) -> list[str]:
    """How each task of the play ran."""
    return re.findall(r"mlops\.azureml\.\w+ runs (?:as a module: )?(.*)$", played.output, re.MULTILINE)


@pytest.fixture
def alone(play, tmp_path):
    """Run one task that is refused, with further keywords and variables."""
    plugins = tmp_path / "connections"
    plugins.mkdir()
    (plugins / "elsewhere.py").write_text(CONNECTION)

    def run(task: dict[str, Any], **variables: object) -> Played:
        settings = {"ANSIBLE_CONNECTION_PLUGINS": str(plugins)}
        background = {"ansible_async_dir": str(tmp_path / "async")}
        return play([{**REFUSED, **task}], "-vvv", settings=settings, **background, **variables)

    return run


@pytest.mark.parametrize(
    ("task", "variables", "way"),
    [
        ({}, {}, WORKER),
        ({"loop": [1, 2]}, {}, WORKER),
        ({"run_once": True}, {}, WORKER),
        ({"delegate_to": "127.0.0.1"}, {"ansible_connection": "local"}, WORKER),
        ({"environment": {}}, {}, WORKER),
        ({"check_mode": True, "diff": True}, {}, WORKER),
        ({}, {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}, WORKER),
        ({"become": True}, {}, "the task uses become"),
        ({"async": 20, "poll": 1}, {}, "the task uses async"),
        ({"environment": {"AZURE_TENANT": "other"}}, {}, "the task has an environment"),
        ({}, {"ansible_python_interpreter": "auto"}, "the interpreter of the host is not set"),
        ({}, {"ansible_connection": "elsewhere"}, "the connection is elsewhere, not local"),
        ({}, {"azureml_execution": "module"}, "azureml_execution is module"),
    ],
    ids=str,
)
def test_the_way_of_a_task(alone, task, variables, way):
    found = ways(alone(task, **variables))
    assert [one.startswith(way) for one in found] == [True] * len(task.get("loop", [1])), found


def test_another_interpreter(alone, tmp_path):
    """The same program in another directory is another environment, with packages of its own."""
    other = tmp_path / "other" / "python"
    other.parent.mkdir()
    other.symlink_to(Path(sys.executable).resolve())
    [found] = ways(alone({}, ansible_python_interpreter=str(other)))
    assert found == f"the interpreter is {other}, that of the controller is {sys.executable}"


@pytest.mark.parametrize("strategy", ["linear", "free", "host_pinned"])
def test_every_strategy(play, tmp_path, strategy):
    (tmp_path / "hosts").write_text("".join(f"host{number} ansible_connection=local\n" for number in range(3)))
    plays = [{**PLAY, "hosts": "all", "strategy": strategy, "tasks": [REFUSED]}]
    played = play(plays, "-vvv", "-i", str(tmp_path / "hosts"))
    assert ways(played) == [WORKER] * 3, played.output


def test_the_worker_can_be_required(alone):
    message = alone({"environment": {"AZURE_TENANT": "other"}}, azureml_execution="controller").message
    assert "azureml_execution is controller, but the task cannot run" in message
    assert "the task has an environment" in message


def test_a_choice_that_does_not_exist_is_refused(alone):
    message = alone({}, azureml_execution="remote").message
    assert "azureml_execution is 'remote'. Set it to auto, module or controller." in message


BROKEN_NETWORK = """
import os, signal, socket, time

look_up = socket.getaddrinfo


def broken(host, *more, **how):
    if host == "crash.example":
        os.kill(os.getpid(), signal.SIGSEGV)
    if host == "exit.example":
        os._exit(0)
    if host == "hang.example":
        time.sleep(600)
    return look_up(host, *more, **how)


socket.getaddrinfo = broken
"""


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_a_task_that_crashes_or_hangs_fails_alone(play, workspace, environment, tmp_path, strategy):
    """Looking up the names of three hosts crashes, ends or stops the process that does it."""
    (tmp_path / "sitecustomize.py").write_text(BROKEN_NETWORK)
    (tmp_path / "hosts").write_text(
        "good\ncrash address=https://crash.example\nexit address=https://exit.example\n"
        "hang address=https://hang.example limit=3\n[all:vars]\nansible_connection=local\n"
    )
    task = {
        "mlops.azureml.compute_info": {"cloud_environment": "{{ address | default(omit) }}"},
        "timeout": "{{ limit | default(0) }}",
    }
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"}
    plays = [{**PLAY, "hosts": "all", "strategy": strategy, "tasks": [task, task]}]
    played = play(plays, "-i", str(tmp_path / "hosts"), settings=path, azureml_execution="controller")
    assert [one.outcome for one in played.results].count("ok") == 2, played.output
    messages = "\n".join(str(one.result["msg"]) for one in played.failed)
    for reason in ("it ended by itself with status 0.", "it was ended by SIGSEGV.", "3 second"):
        assert messages.count(reason) == 1, played.output
    assert len(played.failed) == 3, played.output
