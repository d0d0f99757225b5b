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


def test_the_readme_names_every_module() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in MODULES if f"`{name}`" not in readme] == []


def test_the_map_of_the_rooms_names_rooms_that_exist() -> None:
    utils = ROOT / "plugins" / "module_utils"
    named = re.findall(r"`(_[a-z_]+)`", (utils / "README.md").read_text(encoding="utf-8"))
    assert [room for room in named if not (utils / f"{room}.py").exists()] == []


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=str)
def test_a_plugin_file_says_its_licence(file: Path) -> None:
    assert HEADER in (ROOT / file).read_text(encoding="utf-8")[:400]


@pytest.mark.parametrize("file", LIBRARY_FILES, ids=str)
def test_a_library_file_says_that_it_is_private(file: Path) -> None:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert "private" in " ".join(line for line in lines[:8] if line.startswith("#")).lower()
