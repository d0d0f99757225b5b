# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that writes the skeleton of a resource type."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
import yaml

from tests.gate import new_type
from tests.gate.new_type import parsed
from tests.gate.type_places import missing, unfilled

WIDGET = parsed(["widget", "--path", "widgets/{name}"])
POLICY = parsed(["online_policy", "--path", "onlinePolicies/{name}"])
BY_HAND = {"a body in tests/conformance/test_typed_models.py", "a mention in tests/emulator/README.md"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the command changes."""
    for folder in ("plugins", "tests", "changelogs", "meta"):
        ignored = shutil.ignore_patterns("__pycache__", "lock", "facts", "files", "node_modules")
        shutil.copytree(new_type.REPOSITORY / folder, tmp_path / folder, ignore=ignored)
    for name in ("README.md", ".importlinter"):
        shutil.copy(new_type.REPOSITORY / name, tmp_path / name)
    return tmp_path


def texts(root: Path) -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in root.rglob("*") if file.suffix in (".py", ".yml", ".md")}


def test_two_types_in_a_row_have_every_place(copy: Path) -> None:
    for new in (WIDGET, POLICY):
        new_type.write(new, copy)
    for new in (WIDGET, POLICY):
        assert set(missing(new.name, copy)) == BY_HAND
        assert any(f"_types/{new.name}.py:" in line for line in unfilled(copy))


def test_what_is_written_is_python_and_yaml(copy: Path) -> None:
    changed = {name for new in (WIDGET, POLICY) for name in new_type.write(new, copy)}
    for name in changed:
        text = (copy / name).read_text()
        if name.endswith(".py"):
            ast.parse(text, name)
        if name.endswith(".yml"):
            yaml.safe_load(text)
    assert "plugins/modules/online_policy.py" in changed


def test_a_type_is_in_each_list_once(copy: Path) -> None:
    new_type.write(WIDGET, copy)
    subjects = (copy / "tests/unit/plugins/matrix/subjects.py").read_text()
    assert subjects.count("import WIDGET\n") == 1
    assert subjects.count('Subject("widget", WIDGET,') == 1
    router = (copy / "tests/emulator/arm/router.py").read_text()
    assert router.count("    widgets,\n") == 2  # imported, and among the kinds of a workspace


def test_the_command_can_be_repeated(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_type.write(WIDGET, copy)
    new_type.write(POLICY, copy)
    before = texts(copy)
    capsys.readouterr()
    assert new_type.write(WIDGET, copy) == []
    assert texts(copy) == before
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == {"exists", "unchanged"}


def test_nothing_is_written_if_a_list_is_not_found(copy: Path) -> None:
    effects = copy / "tests/unit/plugins/matrix/effects.py"
    effects.write_text(effects.read_text().replace("INFOS = (", "OTHERS = ("))
    before = texts(copy)
    with pytest.raises(new_type.NoPlace, match=r"effects.py: no list that begins with"):
        new_type.write(WIDGET, copy)
    assert texts(copy) == before


@pytest.mark.parametrize(
    ("arguments", "plural", "labels", "a_label"),
    [
        (["schedule"], "schedules", "schedules", "a schedule"),
        (["registry_policy"], "registry_policies", "registry policies", "a registry policy"),
        (["online_endpoint"], "online_endpoints", "online endpoints", "an online endpoint"),
        (["box", "--label", "Unix box"], "boxes", "Unix boxes", "a Unix box"),
        (["datum", "--plural", "data"], "data", "data", "a datum"),
    ],
)
def test_names(arguments: list[str], plural: str, labels: str, a_label: str) -> None:
    new = parsed([*arguments, "--path", "x/{name}"])
    assert (new.plural, new.labels, new.a_label) == (plural, labels, a_label)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("models/{name}/versions/{version}", "are assets"),
        ("endpoints/{endpoint_name}/deployments/{name}", "below a parent"),
        ("schedules", "COLLECTION/{name}"),
    ],
)
def test_a_path_that_the_command_cannot_write(path: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(["schedule", "--path", path])
    assert message in capsys.readouterr().err


def test_texts_speak_of_one_and_of_many() -> None:
    new = parsed(["online_endpoint", "--path", "onlineEndpoints/{name}"])
    module = new_type.files(new)["plugins/modules/online_endpoint.py"]
    assert "short_description: Manage online endpoints of" in module
    assert "deletes an online endpoint." in module
