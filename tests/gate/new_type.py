"""Writes the skeleton of a resource type: `make new-type TYPE="NAME --path 'PLURAL/{name}'"`.

Every file that a type needs is written, and every list that names all types gets its entry. What has to be decided is
marked TODO; tests/unit/test_types_are_complete.py lists what is missing. Existing files and entries stay as they are,
so the command can be repeated.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
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


PACKAGE = "ansible_collections.mlops.azureml.plugins.module_utils._types"


class NoPlace(Exception):
    """A list that has to name the new type was not found; nothing was written."""


@dataclass(frozen=True)
class NewType:
    """The names of a type, e.g. ``schedule``, ``schedules``, label ``schedule``; of one and of many."""

    name: str
    path: str
    label: str
    plural: str
    labels: str

    @property
    def constant(self) -> str:
        return self.name.upper()

    @property
    def model(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def collection(self) -> str:
        return self.path.partition("/")[0]

    @property
    def a_label(self) -> str:
        """The label with its article, e.g. ``an online endpoint``."""
        return f"{'an' if re.match('(?!uni|use|eu)[aeiou]', self.label, re.IGNORECASE) else 'a'} {self.label}"


@dataclass(frozen=True)
class Entry:
    """A line for a list in a file, which goes behind the last item.

    ``begins`` matches up to the first item, ``ends`` what follows the last one; ``key`` is the word that is already in
    the list if the entry is.
    """

    file: str
    begins: str
    ends: str
    line: str
    key: str

    def added_to(self, text: str) -> str:
        """The text with the entry; the same text if it has it. Raises NoPlace if the list is not found."""
        begins = re.search(self.begins, text, re.MULTILINE)
        ends = re.compile(self.ends, re.MULTILINE).search(text, begins.end()) if begins else None
        if begins is None or ends is None:
            raise NoPlace(f"{self.file}: no list that begins with {self.begins!r} and ends before {self.ends!r}")
        if re.search(rf"\b{self.key}\b", text[begins.start() : ends.start()]):
            return text
        return text[: ends.start()] + self.line + text[ends.start() :]


def files(new: NewType) -> dict[str, str]:
    """The files of the skeleton: path in the repository -> text."""
    loader = jinja2.FileSystemLoader(SKELETONS)
    templates = jinja2.Environment(loader=loader, keep_trailing_newline=True)  # noqa: S701 - no HTML
    version = yaml.safe_load((REPOSITORY / "galaxy.yml").read_text())["version"]

    def text(template: str, **more: str) -> str:
        return templates.get_template(f"{template}.j2").render(
            vars(new),
            constant=new.constant,
            model=new.model,
            collection=new.collection,
            a_label=new.a_label,
            header=HEADER,
            private_header=PRIVATE,
            version=version,
            **more,
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


def entries(new: NewType) -> list[Entry]:
    """The entries of the lists that name every type."""
    name, info, of_type = new.name, f"{new.name}_info", f"OF_{new.constant}"
    subjects = "tests/unit/plugins/matrix/subjects.py"
    effects = "tests/unit/plugins/matrix/effects.py"
    double = "tests/unit/plugins/matrix/double.py"
    twins = "tests/unit/plugins/modules/test_info_modules.py"
    smallest = '{"name": "nightly"}'
    ground = f"_{new.plural}"
    task = f"SMALLEST_{new.constant}"
    return [
        Entry("meta/runtime.yml", r"^  \w+:\n", r"^(?!    - )", f"    - {name}\n", name),
        Entry("meta/runtime.yml", r"^  \w+:\n", r"^(?!    - )", f"    - {info}\n", info),
        Entry("README.md", r"^\| module \|.*\n", r"^\| `workspace_info`", f"| `{name}` | TODO {new.labels} |\n", name),
        Entry("README.md", r"^\| `workspace_info`", r" \| nothing", f", `{info}`", info),
        Entry("plugins/module_utils/README.md", r"^\| `_types/` \|.*\n", r" \| names of options", f", `{name}`", name),
        Entry("tests/emulator/arm/router.py", r"^from \. import \(\n", r"^\)", f"    {new.plural},\n", new.plural),
        Entry("tests/emulator/arm/router.py", r"^for kind in \(\n", r"^\):", f"    {new.plural},\n", new.plural),
        Entry(
            subjects,
            r"^from ansible_collections",
            r"^\n",
            f"from {PACKAGE}.{name} import {new.constant}\n",
            new.constant,
        ),
        Entry(
            subjects,
            r"^OF_COMPUTES",
            r"^\n\n@dataclasses",
            f"{of_type}: tuple[str, ...] = ()  # TODO the switches in tests/emulator/policies.py that concern it\n",
            of_type,
        ),
        Entry(
            subjects,
            r"^SUBJECTS = \(\n",
            r"^\)",
            f'    Subject("{new.label}", {new.constant}, {new.constant}, {smallest}, (*EVERYWHERE, *{of_type})),\n',
            new.constant,
        ),
        Entry(
            effects,
            r"^REFERENCES = ",
            r"^INFOS = ",
            f"""def {ground}(bench: Bench) -> None:
    bench.send("PUT", "{new.path.format(name="nightly")}", {{"properties": {{"description": "one"}}}})


# TODO an Effect for each suboption, and for each option that is not in the table. If a creation is a long-running
# operation, `_common` without `waits=False` is enough.
{task} = {smallest}
{new.constant} = Scene("{name}", {task}, (*_common({task}, waits=False), *_waits_of_deletion({task})))
""",
            ground,
        ),
        Entry(effects, r"^INFOS = \(\n", r"^\)", f'    _info("{info}", "nightly", ground={ground}),\n', info),
        Entry(effects, r"^SCENES = \(", r"\*ASSETS", f"{new.constant}, ", new.constant),
        Entry(
            double,
            r"^def _compute",
            r"^# What a body becomes, by",
            f"""def _{name}(current: Json, _old: Json | None) -> None:
    \"\"\"TODO what the service adds to a body, and the source.\"\"\"
    current["properties"].setdefault("description", None)
    current["properties"].setdefault("tags", {{}})


""",
            f"def _{name}",
        ),
        Entry(double, r"^ANSWERS = \{\n", r"^\}", f'    "{new.collection}": _{name},\n', f"_{name}"),
        Entry(twins, r"plugins\.modules import \(\n", r"^\)", f"    {name},\n", name),
        Entry(twins, r"plugins\.modules import \(\n", r"^\)", f"    {info},\n", info),
        Entry(twins, r"unit\.plugins\.modules import \(\n", r"^\)", f"    test_{name},\n", f"test_{name}"),
        Entry(twins, r"^TWINS = \{\n", r"^\}", f"    {name}: ({info}, test_{name}.current()),\n", info),
    ]


def main(arguments: list[str]) -> int:
    """Write the skeleton; returns the exit status."""
    new = parsed(arguments)
    try:
        written = write(new, REPOSITORY)
    except NoPlace as error:
        print(f"Nothing was written: {error}. Correct `entries` in tests/gate/new_type.py.", file=sys.stderr)
        return 1
    code = [name for name in written if name.endswith(".py")]
    for command in (["format", "--quiet"], ["check", "--quiet", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *code], cwd=REPOSITORY, check=False)
    print(f"""\
by hand      tests/conformance/test_typed_models.py: in BODIES "{new.collection}": Body({new.plural}.BODY, ("...",)),
             where "..." is the name of the official model, e.g. {new.model}Data
by hand      tests/emulator/README.md: {new.labels} in the table of surfaces
Next: each TODO, then `make check`; the steps are in CONTRIBUTING.md.""")
    return 0


def parsed(arguments: list[str]) -> NewType:
    """The type that the arguments describe. Exits if they are not those of a type."""
    parser = argparse.ArgumentParser(prog="make new-type TYPE=...", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="name of the module, in the singular, e.g. schedule")
    parser.add_argument("--path", required=True, help="path below the workspace, e.g. 'schedules/{name}'")
    parser.add_argument("--label", help="how messages name one (default: NAME with blanks)")
    parser.add_argument("--plural", help="several of NAME, e.g. registries (default: by the rules of English)")
    given = parser.parse_args(arguments)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", given.name) or not re.fullmatch(r"[a-z][a-z0-9_]*", given.plural or "a"):
        parser.error("NAME and its plural are lower case, with underscores.")
    if "/versions/" in given.path:
        parser.error("Types with versions are assets; this command cannot write them. Start from _types/model.py.")
    if not re.fullmatch(r"\w+/{name}", given.path):
        parser.error(
            "The path is 'COLLECTION/{name}'. A type below a parent starts from _types/batch_deployment.py, by hand."
        )
    label = given.label or given.name.replace("_", " ")
    plural = given.plural or plural_of(given.name)
    labels = plural.replace("_", " ") if label == given.name.replace("_", " ") else plural_of(label)
    return NewType(given.name, given.path, label, plural, labels)


def plural_of(word: str) -> str:
    """The regular English plural, e.g. ``policies``, ``boxes``, ``schedules``."""
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}{'es' if re.search(r'(s|x|z|ch|sh)$', word) else 's'}"


def write(new: NewType, root: Path) -> list[str]:
    """Write the skeleton below ``root``, a copy of the repository, print what was done, and return the changed files.

    Raises NoPlace, before anything is written, if a list is not found.
    """
    current: dict[str, str] = {}
    for entry in entries(new):
        text = current.get(entry.file) or (root / entry.file).read_text()
        current[entry.file] = entry.added_to(text)
    changed = []
    for name, text in files(new).items():
        if (root / name).exists():
            print(f"exists       {name}")
            continue
        (root / name).write_text(text)
        changed.append(name)
        print(f"written      {name}")
    for name, text in current.items():
        if text == (root / name).read_text():
            print(f"unchanged    {name}")
            continue
        (root / name).write_text(text)
        changed.append(name)
        print(f"added to     {name}")
    return changed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
