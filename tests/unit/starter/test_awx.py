"""The starter's settings for AWX, against what the collections for AWX take (controller_options.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
STARTER = ROOT / "playbooks" / "starter"
FACTS = json.loads(Path(__file__).with_name("controller_options.json").read_text(encoding="utf-8"))
TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "dict": (dict,),
    "list": (list,),
}
# What infra.aap_configuration reads beside the options of the module (role controller_workflow_job_templates).
MORE = {"workflow_job_template": {"simplified_workflow_nodes": {"type": "list"}}}
QUESTION = {"question_name", "question_description", "variable", "type", "default", "required", "choices", "min", "max"}


class _Loader(yaml.SafeLoader):
    """Reads what Ansible marks as no template."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def read(name: str) -> Any:
    return yaml.load((STARTER / name).read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader


CONTROLLER = read("awx/controller.yml")
ENTRIES = [(variable, entry) for variable, entries in CONTROLLER.items() for entry in entries]


def mistakes(module: str, entry: dict[str, Any]) -> list[str]:
    """What the module would refuse of an entry."""
    options = {**FACTS["modules"][module], **MORE.get(module, {})}
    names = {alias: name for name, about in options.items() for alias in (name, *about.get("aliases", ()))}
    found = [f"{key} is no option" for key in entry if key not in names]
    found += [f"{name} is missing" for name, about in options.items() if about.get("required") and name not in entry]
    for key in names.keys() & entry.keys():
        about = options[names[key]]
        if not isinstance(entry[key], TYPES.get(about.get("type", "str"), (object,))):
            found.append(f"{key} is no {about['type']}")
        if "choices" in about and entry[key] not in about["choices"]:
            found.append(f"{key} is none of {about['choices']}")
    return found


@pytest.mark.parametrize(("variable", "entry"), ENTRIES, ids=[entry["name"] for _variable, entry in ENTRIES])
def test_an_entry_has_options_of_its_module(variable: str, entry: dict[str, Any]) -> None:
    assert mistakes(FACTS["variables"][variable], entry) == []


def test_the_nodes_of_workflows_have_options_of_their_module() -> None:
    for workflow in CONTROLLER["controller_workflows"]:
        for node in workflow["simplified_workflow_nodes"]:
            assert mistakes("workflow_job_template_node", {"workflow_job_template": workflow["name"], **node}) == []


def test_mistakes_are_found() -> None:
    found = mistakes("schedule", {"name": "x", "enabled": "yes", "rule": "", "job_type": "scan"})
    assert sorted(found) == ["enabled is no bool", "job_type is none of ['run', 'check']", "rule is no option"]


def test_everything_that_is_named_exists() -> None:
    names = {variable: {entry["name"] for entry in entries} for variable, entries in CONTROLLER.items()}
    templates = names["controller_templates"]
    for template in CONTROLLER["controller_templates"]:
        assert (STARTER / template["playbook"]).exists()
        assert template["project"] in names["controller_projects"]
        assert template["inventory"] in names["controller_inventories"]
        assert template["execution_environment"] in names["controller_execution_environments"]
        assert set(template["notification_templates_error"]) <= names["controller_notifications"]
    for source in CONTROLLER["controller_inventory_sources"]:
        assert (STARTER / source["source_path"]).exists()
    for schedule in CONTROLLER["controller_schedules"]:
        assert schedule["unified_job_template"] in templates
    for workflow in CONTROLLER["controller_workflows"]:
        nodes = workflow["simplified_workflow_nodes"]
        assert {node["unified_job_template"] for node in nodes if "unified_job_template" in node} <= templates
        followers = {name for node in nodes for name in node.get("success_nodes", ())}
        assert followers <= {node["identifier"] for node in nodes}


def test_every_playbook_of_the_starter_is_a_job_template() -> None:
    playbooks = {file.name for file in STARTER.glob("*.yml")} - {"conda.yml", "execution-environment.yml", "vars.yml"}
    assert {template["playbook"] for template in CONTROLLER["controller_templates"]} == playbooks - {
        "deploy_and_score.yml"  # for a shell
    }


def test_surveys_ask_for_variables_that_a_role_takes() -> None:
    taken = {
        name
        for spec in ROOT.glob("roles/*/meta/argument_specs.yml")
        for name in yaml.safe_load(spec.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    }
    for entry in [*CONTROLLER["controller_templates"], *CONTROLLER["controller_workflows"]]:
        for question in entry.get("survey_spec", {"spec": []})["spec"]:
            assert set(question) <= QUESTION
            assert question["variable"] in taken


def test_the_credential_sets_variables_that_the_connection_reads() -> None:
    fragment = (ROOT / "plugins" / "doc_fragments" / "connection.py").read_text(encoding="utf-8")
    [credential] = CONTROLLER["controller_credential_types"]
    fields = {field["id"] for field in credential["inputs"]["fields"]}
    for variable, value in credential["injectors"]["env"].items():
        assert f"E({variable})" in fragment
        assert value.strip("{} ") in fields
