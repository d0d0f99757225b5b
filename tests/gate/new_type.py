"""Writes the skeleton of a resource type: `python -m tests.gate.new_type NAME --path 'PLURAL/{name}' [--label TEXT]`.

Every file that a type needs is written, every list that names all types gets its line. What is left to be decided is
marked TODO; tests/unit/test_types_are_complete.py lists what is missing. Files that exist already are left alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jinja2
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
SKELETONS = Path(__file__).parent / "skeletons"
HEADER = """\
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""
PRIVATE = f"{HEADER}# This file is private to the collection mlops.azureml: it may change without notice.\n"


@dataclass(frozen=True)
class NewType:
    """The names of a type, e.g. ``schedule``, ``schedules``, ``SCHEDULE``, ``Schedule``."""

    name: str
    path: str
    label: str

    @property
    def plural(self) -> str:
        return f"{self.name}s"

    @property
    def constant(self) -> str:
        return self.name.upper()

    @property
    def model(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def collection(self) -> str:
        return self.path.partition("/")[0]


def files(new: NewType) -> dict[str, str]:
    """The files of the skeleton: path in the repository -> text."""
    loader = jinja2.FileSystemLoader(SKELETONS)
    templates = jinja2.Environment(loader=loader, keep_trailing_newline=True)  # noqa: S701 - no HTML
    version = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["version"]
    facts = {
        name: getattr(new, name) for name in ("name", "path", "label", "plural", "constant", "model", "collection")
    }

    def text(template: str, **more: str) -> str:
        return templates.get_template(f"{template}.j2").render(
            facts, header=HEADER, private_header=PRIVATE, version=version, **more
        )

    returned = text("returned.yml")
    return {
        f"plugins/module_utils/_types/{new.name}.py": text("type.py"),
        f"plugins/modules/{new.name}.py": text("module.py", returned=returned),
        f"plugins/modules/{new.name}_info.py": text("info.py", returned=returned),
        f"plugins/action/{new.name}.py": text("action.py", module=new.name),
        f"plugins/action/{new.name}_info.py": text("action.py", module=f"{new.name}_info"),
        f"tests/emulator/arm/{new.plural}.py": text("emulator.py"),
        f"tests/unit/plugins/modules/test_{new.name}.py": text("test_module.py"),
        f"changelogs/fragments/{new.name}.yml": text("fragment.yml"),
    }


def lists(new: NewType) -> dict[str, Callable[[str], str]]:
    """The lists that name every type: path in the repository -> what adds the line."""
    package = "ansible_collections.mlops.azureml.plugins.module_utils._types"
    return {
        "meta/runtime.yml": lambda text: _sorted_in(
            text, r"    - \w+\n", f"    - {new.name}\n", f"    - {new.name}_info\n"
        ),
        "README.md": lambda text: _after(
            _after(text, r"\| `batch_deployment` \|.*\n", f"| `{new.name}` | TODO {new.label}s |\n"),
            r"`batch_deployment_info`",
            f", `{new.name}_info`",
        ),
        "plugins/module_utils/README.md": lambda text: _after(
            text, r"`batch_endpoint`(?=, `batch_deployment`)", f", `{new.name}`"
        ),
        "tests/emulator/arm/router.py": lambda text: _after(
            _sorted_in(text, r"    \w+,\n", f"    {new.plural},\n"), r"(?<=\(computes, )", f"{new.plural}, "
        ),
        "tests/unit/plugins/matrix/subjects.py": lambda text: _after(
            _after(text, r"_types\.datastore import DATASTORE\n", f"from {package}.{new.name} import {new.constant}\n"),
            r"SUBJECTS = \(\n",
            f'    Subject("{new.label}", {new.constant}, {new.constant}, {{"name": "nightly"}}, EVERYWHERE),\n',
        ),
        "tests/unit/plugins/modules/test_info_modules.py": lambda text: _after(
            _after(
                _after(text, r"    model_info,\n(?=\))", f"    {new.name},\n    {new.name}_info,\n"),
                r"    test_model,\n",
                f"    test_{new.name},\n",
            ),
            r"TWINS = \{\n",
            f"    {new.name}: ({new.name}_info, test_{new.name}.current()),\n",
        ),
    }


def main(arguments: list[str]) -> int:
    """Write the skeleton; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.gate.new_type", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="name of the module, in the singular, e.g. schedule")
    parser.add_argument("--path", required=True, help="path below the workspace, e.g. 'schedules/{name}'")
    parser.add_argument("--label", help="how messages name one (default: NAME with blanks)")
    given = parser.parse_args(arguments)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", given.name) or not re.fullmatch(r"\w+/{name}", given.path):
        parser.error("NAME is lower case with underscores, and the path is 'COLLECTION/{name}'")
    write(NewType(given.name, given.path, given.label or given.name.replace("_", " ")), REPOSITORY)
    print("Next: `python -m ruff check --fix . && python -m ruff format .`, then each TODO, then `make check`.")
    return 0


def write(new: NewType, root: Path) -> None:
    """Write the skeleton below ``root``, a copy of the repository, and print what was written."""
    for name, text in files(new).items():
        if (root / name).exists():
            print(f"exists   {name}")
            continue
        (root / name).write_text(text)
        print(f"written  {name}")
    for name, add in lists(new).items():
        text = (root / name).read_text()
        (root / name).write_text(add(text))
        print(f"added to {name}")
    print("by hand  tests/conformance/test_typed_models.py: the body, and the official model's name")
    print("by hand  tests/emulator/README.md: the surface")


def _after(text: str, pattern: str, line: str) -> str:
    """The text with a line after the first match. Exits if there is none: the list has moved."""
    found = re.search(pattern, text)
    if found is None:
        sys.exit(
            f"No place for {line.strip()!r}: nothing matches {pattern!r}. Add it by hand, and correct new_type.py."
        )
    return text if line in text else text[: found.end()] + line + text[found.end() :]


def _sorted_in(text: str, pattern: str, *lines: str) -> str:
    """The text with lines added to its first run of lines that match, in alphabetic order."""
    run = re.search(rf"(?:{pattern})+", text)
    if run is None:
        sys.exit(
            f"No place for {lines[0].strip()!r}: nothing matches {pattern!r}. Add it by hand, and correct new_type.py."
        )
    merged = sorted({*run[0].splitlines(keepends=True), *lines})
    return text[: run.start()] + "".join(merged) + text[run.end() :]


def _no_place(line: str, pattern: str) -> str:
    return f"No place for {line.strip()!r}: nothing matches {pattern!r}. Add it by hand, and correct new_type.py."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
