"""Writes what the collections for AWX take, as facts for the test of the starter.

    python -m tests.gate.controller_facts COLLECTIONS [COLLECTION=COMMIT ...]

COLLECTIONS is a folder with `ansible_collections/awx/awx` and `ansible_collections/infra/aap_configuration`, as
ansible-galaxy installs them, or as their repositories have them at a commit. Neither is a Python package, so that the
tests cannot install them: they read the file that this writes.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.installation.packages import REPOSITORY

FACTS = REPOSITORY / "tests" / "unit" / "starter" / "controller_options.json"
# A variable of infra.aap_configuration, and the module of awx.awx that gets its entries.
MODULES = {
    "controller_credential_types": "credential_type",
    "controller_execution_environments": "execution_environment",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_notifications": "notification_template",
    "controller_projects": "project",
    "controller_schedules": "schedule",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
}
NODES = "workflow_job_template_node"
KEPT = ("type", "choices", "required", "elements", "aliases")


def main(collections: Path, *commits: str) -> None:
    """Write the facts; exits with a message if a variable is not one of the collection's."""
    awx = collections / "ansible_collections" / "awx" / "awx"
    infra = collections / "ansible_collections" / "infra" / "aap_configuration"
    dispatch = yaml.safe_load((infra / "roles" / "dispatch" / "defaults" / "main.yml").read_text(encoding="utf-8"))
    known = {entry["var"] for entry in dispatch["controller_configuration_dispatcher_roles"]}
    if lost := set(MODULES) - known:
        sys.exit(f"infra.aap_configuration has no variables {', '.join(sorted(lost))}.")
    facts = {
        "sources": [_source(collection, dict(one.split("=") for one in commits)) for collection in (awx, infra)],
        "variables": MODULES,
        "modules": {name: _options(awx, name) for name in sorted({*MODULES.values(), NODES})},
    }
    FACTS.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _source(collection: Path, commits: dict[str, str]) -> str:
    galaxy = yaml.safe_load((collection / "galaxy.yml").read_text(encoding="utf-8"))
    name = f"{galaxy['namespace']}.{galaxy['name']}"
    return f"{name} {commits.get(name) or galaxy['version']}, {galaxy['repository']}"


def _options(collection: Path, module: str) -> dict[str, dict[str, Any]]:
    """The options of a module by name, with what its documentation says of their values."""
    tree = ast.parse((collection / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8"))
    [documentation] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION"
    ]
    options = yaml.safe_load(documentation)["options"]
    return {name: {key: option[key] for key in KEPT if key in option} for name, option in options.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
