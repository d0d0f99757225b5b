"""Lists that name every module, and headers that every file carries."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
PLUGIN_FILES = sorted(file.relative_to(ROOT) for file in (ROOT / "plugins").rglob("*.py") if file.stat().st_size)
LIBRARY_FILES = [file for file in PLUGIN_FILES if "module_utils" in file.parts]
HEADER = """\
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_action_group_holds_every_module() -> None:
    assert read("meta/runtime.yml")["action_groups"]["all"] == MODULES


def test_every_module_has_an_action_plugin() -> None:
    """``azureml_execution`` holds for all modules; see plugins/plugin_utils/_controller_action.py."""
    actions = {file.stem: file.read_text(encoding="utf-8") for file in (ROOT / "plugins" / "action").glob("*.py")}
    assert sorted(actions) == MODULES
    assert [name for name, text in actions.items() if f"    module = {name}\n" not in text] == []


def test_the_readme_names_every_module() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in MODULES if f"`{name}`" not in readme] == []


def test_the_address_of_the_repository_is_in_one_place() -> None:
    """As CONTRIBUTING says; all addresses of galaxy.yml begin with it."""
    galaxy = read("galaxy.yml")
    address = galaxy["repository"]
    assert all(galaxy[key].startswith(address) for key in ("documentation", "homepage", "issues"))
    texts = [file for pattern in ("*.md", "roles/*/*.md", "plugins/**/*.py") for file in ROOT.glob(pattern)]
    assert [file for file in texts if address in file.read_text(encoding="utf-8")] == []


def test_the_map_of_the_library_covers_every_file() -> None:
    """A folder's table begins with its name; each row names files of it. No file without a row, no row without."""
    utils = ROOT / "plugins" / "module_utils"
    named, folder = set(), utils
    for row in (utils / "README.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\| `(\w+)/` \|", row):
            folder = utils / heading[1]
        elif row.startswith("| `"):
            named |= {folder / f"{name}.py" for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == {file for file in utils.rglob("*.py") if file.name != "__init__.py"}


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=str)
def test_a_plugin_file_says_its_licence(file: Path) -> None:
    assert HEADER in (ROOT / file).read_text(encoding="utf-8")[:400]


@pytest.mark.parametrize("file", LIBRARY_FILES, ids=str)
def test_a_library_file_says_that_it_is_private(file: Path) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert "private" in " ".join(line for line in lines[:8] if line.startswith("#")).lower()
