"""Writes the options of the modules into the roles: `python -m tests.gate.role_options`.

An entry of a role's list takes the options of a module. Where they are listed, in `roles/*/meta/argument_specs.yml` and
in the tasks, the list is between two comments, and is written from the documentation of the module, which sanity
tests compare with its table. tests/unit/roles/test_options.py fails as long as a list lacks an option.

In an argument spec:    # options of compute
In a task:              # options of compute from item, except name
                        # end of options
"""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
LISTS = re.compile(
    r"^(?P<indent> *)# options of (?P<module>\w+)(?: from (?P<entry>[\w.]+))?(?:, except (?P<others>[\w ]+))?\n"
    r"(?P<list>.*?)^(?P=indent)# end of options\n",
    re.DOTALL | re.MULTILINE,
)
# Options that no entry has, and why.
LEFT_OUT = {
    "state": "a role says which one",
    "wait": "the next task of the role needs the end of this one",
    "predicted": "the role knows what it creates",
    "progress_file": "it is for whoever watches a single task",
}
LEFT_OUT_OF = {
    "batch_endpoint": {"defaults": "batch_deploy_default, since the deployment may not exist yet"},
    "batch_deployment": {
        "endpoint_name": "it is batch_deploy_endpoint",
        "set_default": "batch_deploy_default says which",
    },
    "compute": {"ssh_settings.admin_password": "Ansible shows the entries of a loop"},
    "batch_job": {
        "endpoint_name": "batch_score_endpoint_name",
        "ledger": "batch_score_ledger",
        "delete_outputs": "it is for a state that the role does not use",
    },
}
TRAITS = ("type", "elements", "choices", "required")


class _Indented(yaml.SafeDumper):
    """Indents the items of a list, as the files of the repository do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _assigned(path: Path, name: str) -> str:
    """The text that a file assigns to a name, read without importing it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == name for target in node.targets):
            return str(ast.literal_eval(node.value))
    return ""


@cache
def documented(module: str) -> dict[str, Any]:
    """The options that a module documents, with those of its fragments, except how to connect."""
    document = yaml.safe_load(_assigned(REPOSITORY / f"plugins/modules/{module}.py", "DOCUMENTATION"))
    options = dict(document["options"])
    for fragment in document["extends_documentation_fragment"]:
        name, _dot, part = fragment.removeprefix("mlops.azureml.").partition(".")
        if name == "connection":
            continue
        text = _assigned(REPOSITORY / f"plugins/doc_fragments/{name}.py", part.upper() or "DOCUMENTATION")
        for option, traits in (yaml.safe_load(text).get("options") or {}).items():
            options[option] = {**traits, **options.get(option, {})}
    return options


def options_of(module: str) -> dict[str, Any]:
    """The options of an entry, as an argument spec."""
    left_out = {*LEFT_OUT, *LEFT_OUT_OF.get(module, ())}
    return _spec(documented(module), left_out)


def _spec(options: dict[str, Any], left_out: set[str], above: str = "") -> dict[str, Any]:
    specs = {}
    for name, traits in sorted(options.items(), key=lambda item: item[0] not in ("name", "definition")):
        if f"{above}{name}" in left_out:
            continue
        spec: dict[str, Any] = {"description": _plain(traits["description"])}
        spec |= {trait: traits[trait] for trait in TRAITS if trait in traits}
        if traits.get("suboptions"):
            spec["options"] = _spec(traits["suboptions"], left_out, f"{above}{name}.")
        specs[name] = spec
    return specs


def _plain(description: str | list[str]) -> str:
    """The first paragraph. Links to options lead nowhere from a role."""
    first = description if isinstance(description, str) else description[0]
    return re.sub(r"\b(?:O|RV)\(([^)]+)\)", r"C(\1)", first)


def written(text: str) -> str:
    """A file of a role with all its lists of options."""

    def listed(found: re.Match[str]) -> str:
        first = found.group(0).splitlines(keepends=True)[0]
        last = f"{found['indent']}# end of options\n"
        return f"{first}{_list(found)}{last}"

    return LISTS.sub(listed, text)


def _list(found: re.Match[str]) -> str:
    options = options_of(found["module"])
    others = (found["others"] or "").split()
    if unknown := set(others) - set(options):
        raise SystemExit(f"options of {found['module']}, except {', '.join(unknown)}: there is no such option.")
    if found["entry"]:
        lines = [
            f'{name}: "{{{{ {found["entry"]}.{name} | default(omit) }}}}"' for name in options if name not in others
        ]
    else:
        kept = {name: spec for name, spec in options.items() if name not in others}
        lines = yaml.dump(kept, Dumper=_Indented, sort_keys=False, width=110, allow_unicode=True).splitlines()
    return "".join(f"{found['indent']}{line}\n" for line in lines)


def files() -> list[Path]:
    """The files that hold such a list."""
    found = sorted(REPOSITORY.glob("roles/*/meta/argument_specs.yml")) + sorted(REPOSITORY.glob("roles/*/tasks/*.yml"))
    return [file for file in found if LISTS.search(file.read_text(encoding="utf-8"))]


def main() -> int:
    """Write the lists; returns the exit status."""
    for file in files():
        before = file.read_text(encoding="utf-8")
        after = written(before)
        if after != before:
            file.write_text(after, encoding="utf-8")
            print(f"written: {file.relative_to(REPOSITORY)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
