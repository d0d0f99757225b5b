"""Scenarios as a playbook with azure.azcollection's modules, and what its tasks showed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.integration.plays import TaskResult

from .scenario import Scenario, Step

WORKSPACE = {
    "resource_group": "{{ lookup('ansible.builtin.env', 'AZUREML_RESOURCE_GROUP') }}",
    "ml_workspace": "{{ lookup('ansible.builtin.env', 'AZUREML_WORKSPACE') }}",
}
STATES = {"archive": "archive", "restore": "restore", "delete": "absent", "stop": "stop", "start": "start"}
OPTIONS = ("name", "version", "endpoint_name")  # what its modules read in options and not in the definition
AGAIN = ("create", "archive", "delete")  # steps whose second run it promises to be unchanged


def playbook(scenarios: Sequence[Scenario], base: Path) -> list[dict[str, Any]]:
    """One play with the tasks of all scenarios. A task that fails must not end it: the tests see each result."""
    tasks = [task for scenario in scenarios for task in _tasks(scenario, base)]
    interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return [{"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "vars": interpreter, "tasks": tasks}]


def _tasks(scenario: Scenario, base: Path) -> Iterator[dict[str, Any]]:
    folder = base / scenario.name
    scenario.prepare(folder)
    for number, step in enumerate(scenario.steps_of("neighbour", folder)):
        suffix = "" if step.writes else "_info"
        task = {f"azure.azcollection.azure_rm_ml_{step.kind}{suffix}": {**WORKSPACE, **_options(step)}}
        yield {"name": f"{scenario.name} {number}", **task}
        if step.action in AGAIN:
            yield {"name": f"{scenario.name} {number} again", **task}


def _options(step: Step) -> dict[str, Any]:
    if step.action in STATES:
        return {**step.of, "state": STATES[step.action]}
    if not step.writes:
        views = {"list_type": step.of["list_view"]} if "list_view" in step.of else {}
        return {**{key: value for key, value in step.of.items() if key != "list_view"}, **views}
    described = {key: step.body[key] for key in OPTIONS if key in step.body}
    options = step.expected.get("options", {})
    # The bindings of a component look like templates.
    return {**described, **options, "resource_definition": f"{{% raw %}}{yaml.safe_dump(step.body)}{{% endraw %}}"}


def answers_of(
    scenarios: Sequence[Scenario], base: Path, results: dict[str, TaskResult]
) -> dict[str, list[dict[str, Any]]]:
    """The answers of each scenario's steps."""
    return {one.name: list(_answers(one, base, results)) for one in scenarios}


def _answers(scenario: Scenario, base: Path, results: dict[str, TaskResult]) -> Iterator[dict[str, Any]]:
    for number, step in enumerate(scenario.steps_of("neighbour", base / scenario.name)):
        name = f"{scenario.name} {number}"
        done, again = results[name], results.get(f"{name} again")
        if done.outcome != "ok":
            yield {"refused": json.dumps(done.result.get("msg"))}
        elif not step.writes:
            [found] = [value for key, value in done.result.items() if key.startswith("ml_")]
            yield {"listed": found, "shown": found[0] if len(found) == 1 else None}
        elif done.changed is not step.expected.get("changed", True):
            yield {"refused": f"changed is {done.changed}"}
        elif again and again.changed is not step.expected.get("again", False):
            yield {"refused": f"the second run: {again.outcome}, changed is {again.changed}"}
        else:
            [shown] = [value for key, value in done.result.items() if key.startswith("ml_")] or [None]
            yield {"shown": shown}
