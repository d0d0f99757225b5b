"""Roles take what the modules take: the same types and choices, every key handed on, the same rules checked first."""

from __future__ import annotations

import importlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Duration, Integer
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE

ROOT = Path(__file__).resolve().parents[3]
MODULES = "ansible_collections.mlops.azureml.plugins.modules"
ENTRIES = {
    ("batch_deploy", "batch_deploy_endpoint"): "batch_endpoint",
    ("batch_deploy", "batch_deploy_computes"): "compute",
    ("batch_deploy", "batch_deploy_codes"): "code",
    ("batch_deploy", "batch_deploy_models"): "model",
    ("batch_deploy", "batch_deploy_environments"): "environment",
    ("batch_deploy", "batch_deploy_deployments"): "batch_deployment",
    ("batch_score", "batch_score_data"): "data",
    ("batch_score", "batch_score_jobs"): "batch_job",
}
# Keys of an entry that are for another module.
OTHERS = {"batch_score_jobs": {"dest", "dest_policy", "output", "rows"}}
NUMBERED = {"batch_deploy_computes": COMPUTE, "batch_deploy_deployments": BATCH_DEPLOYMENT}


def read(*steps: str) -> Any:
    return yaml.safe_load(ROOT.joinpath(*steps).read_text(encoding="utf-8"))


@cache
def options_of(module: str) -> dict[str, Any]:
    """The options that a module documents, with those of its fragments."""
    document = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").DOCUMENTATION)
    options = dict(document["options"])
    for fragment in document["extends_documentation_fragment"]:
        name = fragment.rpartition(".")[2]
        text = importlib.import_module(f"ansible_collections.mlops.azureml.plugins.doc_fragments.{name}")
        for option, traits in (yaml.safe_load(text.ModuleDocFragment.DOCUMENTATION).get("options") or {}).items():
            options[option] = {**traits, **options.get(option, {})}
    return options


def keys_of(role: str, variable: str) -> dict[str, Any]:
    specs = read("roles", role, "meta", "argument_specs.yml")["argument_specs"]["main"]["options"]
    return {name: spec for name, spec in specs[variable]["options"].items() if name not in OTHERS.get(variable, ())}


def disagreements(keys: dict[str, Any], options: dict[str, Any], at: str = "") -> list[str]:
    """Where an entry's keys are not options of the module, with its type and choices."""
    found = []
    for name, key in keys.items():
        option = options.get(name, {})
        same = all(key.get(trait) == option.get(trait) for trait in ("type", "elements", "choices"))
        found += [] if same else [f"{at}{name}"]
        found += disagreements(key.get("options", {}), option.get("suboptions", {}), f"{at}{name}.")
    return found


@pytest.mark.parametrize(("role", "variable"), ENTRIES)
def test_the_keys_of_an_entry_are_options_of_its_module(role: str, variable: str) -> None:
    keys = keys_of(role, variable)
    assert keys
    assert disagreements(keys, options_of(ENTRIES[role, variable])) == []


@pytest.mark.parametrize(("role", "variable"), ENTRIES)
def test_every_key_of_an_entry_is_handed_on(role: str, variable: str) -> None:
    module = f"mlops.azureml.{ENTRIES[role, variable]}"
    tasks = [task for task in read("roles", role, "tasks", "main.yml") if module in task]
    between = ROOT.joinpath("roles", role, "vars", "main.yml").read_text(encoding="utf-8")
    for task in tasks:
        entry = "item" if "loop" in task else variable
        for key in keys_of(role, variable):
            handed = json.dumps(task[module][key])
            assert re.search(rf"\b{entry}\.{key}\b", handed + between), key
    assert tasks


def test_the_least_numbers_are_those_of_the_modules() -> None:
    rules = read("roles", "batch_deploy", "vars", "main.yml")["batch_deploy_number_rules"]
    told = {(rule["variable"], rule["option"]): rule["least"] for rule in rules}
    tables = {
        (variable, field.option): field.value_type.minimum or 0
        for variable, resource in NUMBERED.items()
        for table in resource.tables
        for field in table.fields
        if isinstance(field.value_type, (Integer, Duration)) and is_key(variable, field.option)
    }
    assert told == tables


def is_key(variable: str, option: str) -> bool:
    keys = keys_of("batch_deploy", variable)
    for step in option.split("."):
        if step not in keys:
            return False
        keys = keys[step].get("options", {})
    return True
