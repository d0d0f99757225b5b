# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every resource type has all that a type needs; each place that a new one misses is named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPES = sorted(file.stem for file in (ROOT / "plugins/module_utils/_types").glob("*.py") if file.stem != "__init__")
JOBS = "batch_job"  # run, not managed: its operations and tests are its own


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def collection(name: str) -> str:
    """The last collection in the path of a type, e.g. ``deployments``."""
    tree = ast.parse(text(f"plugins/module_utils/_types/{name}.py"))
    paths = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and str(node.value).endswith("}")]
    found = [re.findall(r"(\w+)/{\w+}", path) for path in paths if re.fullmatch(r"(\w+/{\w+}/?)+", path)]
    return next(steps[-2] if steps[-1] == "versions" else steps[-1] for steps in found)


@pytest.mark.parametrize("name", TYPES)
def test_every_place_of_a_type(name: str) -> None:
    in_list = {
        "a module": (ROOT / f"plugins/modules/{name}.py").exists(),
        "an info module": (ROOT / f"plugins/modules/{name}_info.py").exists(),
        "a row in README.md": f"| `{name}` |" in text("README.md") and f"`{name}_info`" in text("README.md"),
        "a place on the map in plugins/module_utils/README.md": f"`{name}`" in text("plugins/module_utils/README.md"),
        "a changelog fragment": any(
            re.search(rf"\b{name}\b|First release", file.read_text())
            for file in (ROOT / "changelogs/fragments").glob("*.yml")
        ),
        "a surface in tests/emulator": any(
            f"{collection(name)}/*" in file.read_text() or f'"{collection(name)}"' in file.read_text()
            for file in (ROOT / "tests/emulator").rglob("*.py")
        ),
        "a mention in tests/emulator/README.md": collection(name).rstrip("s")[-8:].lower()
        in text("tests/emulator/README.md").lower(),
    }
    if name != JOBS:
        in_list |= {
            "a module test": bool(list((ROOT / "tests/unit/plugins/modules").glob(f"test_{name}*.py"))),
            "a twin in test_info_modules.py or a test of its own": f"    {name}: ({name}_info,"
            in text("tests/unit/plugins/modules/test_info_modules.py")
            or (ROOT / f"tests/unit/plugins/modules/test_{name}_info.py").exists(),
            # The matrix takes its assets from the module for all of them.
            "a subject in the matrix": re.search(
                rf"\b{name.upper()}\b",
                text("tests/unit/plugins/matrix/subjects.py") + text("plugins/modules/asset_container.py"),
            )
            is not None,
            "a body in tests/conformance/test_typed_models.py": collection(name)
            in text("tests/conformance/test_typed_models.py"),
        }
    assert [place for place, exists in in_list.items() if not exists] == []


def test_no_skeleton_is_left_unfilled() -> None:
    left = [
        f"{file.relative_to(ROOT)}:{number}"
        for folder in ("plugins", "changelogs/fragments", "tests/emulator", "tests/unit/plugins")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in (".py", ".yml", ".md")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if "TODO" in line
    ]
    assert left == []
