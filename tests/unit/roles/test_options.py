"""Roles take what the modules take: the lists of options are current, and every key reaches its module."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.gate import role_options

ROOT = Path(__file__).resolve().parents[3]
MODULES = "ansible_collections.mlops.azureml.plugins.modules"
ENTRIES = {
    ("batch_deploy", "batch_deploy_endpoint"): "batch_endpoint",
    ("batch_deploy", "batch_deploy_computes"): "compute",
    ("batch_deploy", "batch_deploy_codes"): "code",
    ("batch_deploy", "batch_deploy_models"): "model",
    ("batch_deploy", "batch_deploy_environments"): "environment",
    ("batch_deploy", "batch_deploy_components"): "component",
    ("batch_deploy", "batch_deploy_deployments"): "batch_deployment",
    ("batch_score", "batch_score_data"): "data",
    ("batch_score", "batch_score_jobs"): "batch_job",
}
# Keys of an entry that only the role knows.
OF_THE_ROLE = {"batch_score_jobs": {"dest", "dest_policy", "output", "rows", "check", "logs"}}
# References, which the role resolves before the module gets them.
TOGETHER = {"model", "environment", "component", "compute"}


def read(*steps: str) -> Any:
    return yaml.safe_load(ROOT.joinpath(*steps).read_text(encoding="utf-8"))


def keys_of(role: str, variable: str) -> dict[str, Any]:
    specs = read("roles", role, "meta", "argument_specs.yml")["argument_specs"]["main"]["options"]
    own = OF_THE_ROLE.get(variable, set())
    return {name: spec for name, spec in specs[variable]["options"].items() if name not in own}


@pytest.fixture(scope="module")
def specs() -> dict[str, dict[str, Any]]:
    """The argument spec of each module, from its table."""
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in {*ENTRIES.values(), "batch_job_results", "batch_job_check", "batch_job_logs"}:
            module = importlib.import_module(f"{MODULES}.{name}")
            patch.setattr(module, "run", lambda operation, name=name: found.update({name: operation.spec().opened()}))
            module.main()
    return {name: spec.arguments for name, spec in found.items()}


def paths(arguments: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, about in arguments.items():
        yield f"{above}{name}", about
        yield from paths(about.get("options") or {}, f"{above}{name}.")


@pytest.mark.parametrize("file", role_options.files(), ids=lambda file: str(file.relative_to(ROOT / "roles")))
def test_the_lists_are_those_of_the_modules(file: Path) -> None:
    """After a change of a module: python -m tests.gate.role_options."""
    text = file.read_text(encoding="utf-8")
    assert role_options.written(text) == text


@pytest.mark.parametrize(("role", "variable"), ENTRIES)
def test_an_entry_has_every_option_of_its_module(role: str, variable: str, specs: dict[str, Any]) -> None:
    module = ENTRIES[role, variable]
    left_out = {*role_options.LEFT_OUT, *role_options.LEFT_OUT_OF.get(module, ())}
    options = {
        path: about
        for path, about in paths(specs[module])
        if not any(path == one or path.startswith(f"{one}.") for one in left_out)
    }
    keys = dict(paths(keys_of(role, variable)))
    assert set(keys) == set(options)
    for path, about in options.items():
        same = {trait: keys[path].get(trait) for trait in ("elements", "choices")}
        assert keys[path]["type"] == about.get("type", "str"), path
        assert same == {trait: about.get(trait) for trait in ("elements", "choices")}, path


@pytest.mark.parametrize(("role", "variable"), ENTRIES)
def test_no_entry_holds_a_secret(role: str, variable: str, specs: dict[str, Any]) -> None:
    """Ansible shows the entries of a loop, and masks only the options of the module."""
    secret = {path for path, about in paths(specs[ENTRIES[role, variable]]) if about.get("no_log")}
    assert not secret & {path for path, _about in paths(keys_of(role, variable))}


@pytest.mark.parametrize(("role", "variable"), ENTRIES)
def test_every_key_of_an_entry_reaches_the_module(role: str, variable: str) -> None:
    module = f"mlops.azureml.{ENTRIES[role, variable]}"
    tasks = [task for task in read("roles", role, "tasks", "main.yml") if module in task]
    between = ROOT.joinpath("roles", role, "vars", "main.yml").read_text(encoding="utf-8")
    assert tasks
    for task in tasks:
        entry = "item" if "loop" in task else variable
        for key in keys_of(role, variable):
            handed = json.dumps(task[module][key])
            resolved = module.endswith("batch_deployment") and key in TOGETHER
            sought = rf"batch_deploy_target\.{key}\b" if resolved else rf"\b{entry}\.{key}\b"
            assert re.search(sought, handed + between), key


def test_rows_check_and_logs_of_a_job_have_every_option_that_reads_them(specs: dict[str, Any]) -> None:
    """What only says which job, and where its files go, is given beside ``rows``."""
    which = {"name", "key", "attempt", "endpoint_name"}
    beside = {"output", "dest", "dest_policy", "rows"}
    jobs = read("roles", "batch_score", "meta", "argument_specs.yml")["argument_specs"]["main"]["options"]
    keys = jobs["batch_score_jobs"]["options"]
    assert set(keys["rows"]["options"]) == set(specs["batch_job_results"]) - which - beside
    assert set(keys["check"]["options"]) == set(specs["batch_job_check"]) - which - {"output"}
    assert set(keys["logs"]["options"]) == set(specs["batch_job_logs"]) - which


def test_every_option_that_is_left_out_exists(specs: dict[str, Any]) -> None:
    everywhere = {path for arguments in specs.values() for path, _about in paths(arguments)}
    assert set(role_options.LEFT_OUT) <= everywhere
    for module, left_out in role_options.LEFT_OUT_OF.items():
        assert set(left_out) <= {path for path, _about in paths(specs[module])}


def all_tasks(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """With those inside of blocks."""
    for task in tasks:
        if "block" in task:
            yield from all_tasks([*task["block"], *task.get("rescue", []), *task.get("always", [])])
        else:
            yield task


TASKS = [
    (file, task)
    for file in sorted(ROOT.glob("roles/*/tasks/*.yml"))
    for task in all_tasks(yaml.safe_load(file.read_text()))
]


@pytest.mark.parametrize(("file", "task"), TASKS, ids=[task["name"] for _file, task in TASKS])
def test_no_task_has_its_arguments_from_a_template(file: Path, task: dict[str, Any]) -> None:
    """Ansible warns of them in every run, since a variable could then replace any argument."""
    [module] = [key for key in task if "." in key]
    assert isinstance(task[module], dict)
    assert "args" not in task
