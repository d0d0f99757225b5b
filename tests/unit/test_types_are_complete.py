# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every resource type has all that a type needs (tests/gate/type_places.py); each place that a type lacks is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.gate.type_places import missing, types, unfilled

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", types(ROOT))
def test_every_place_of_a_type(name: str) -> None:
    lacks = missing(name, ROOT)
    assert not lacks, "\n".join((f"the type {name} lacks:", *lacks))


def test_no_skeleton_is_left_unfilled() -> None:
    left = unfilled(ROOT)
    assert not left, "\n".join(("still to be decided:", *left))


def test_every_file_of_the_table_language_has_its_layer() -> None:
    layers = (ROOT / ".importlinter").read_text(encoding="utf-8")
    files = sorted(file.stem for file in (ROOT / "plugins/module_utils/_schema").glob("*_*.py"))
    lacks = [name for name in files if name != "__init__" and not re.search(rf"\b{name}\b", layers)]
    assert not lacks, f"a line in .importlinter is missing for {', '.join(lacks)}"
