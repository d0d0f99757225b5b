# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests `make check` runs."""

from __future__ import annotations

import pytest

from tests.gate import touched


@pytest.mark.parametrize(
    ("changed", "test"),
    [
        ("plugins/module_utils/_local/files.py", "tests/unit/plugins/module_utils/_local/test_files.py"),
        ("plugins/module_utils/_names/arm_id.py", "tests/unit/plugins/module_utils/_schema/test_value_type.py"),
        ("plugins/modules/compute.py", "tests/unit/plugins/modules/test_compute_instance.py"),
        ("plugins/module_utils/_types/compute.py", "tests/unit/plugins/modules/test_compute.py"),
        ("tests/emulator/entra.py", "tests/unit/emulator/test_entra.py"),
        ("tests/gate/home.py", "tests/unit/gate/test_home.py"),
        ("tests/unit/plugins/modules/test_code.py", "tests/unit/plugins/modules/test_code.py"),
    ],
)
def test_a_change_has_its_tests(monkeypatch: pytest.MonkeyPatch, changed: str, test: str) -> None:
    monkeypatch.setattr(touched, "_changed", lambda: [changed])
    assert test in touched.touched()


def test_a_change_of_prose_has_those_of_every_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touched, "_changed", lambda: ["README.md"])
    assert touched.touched() == sorted(touched.ALWAYS)
