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
        ("tests/unit/plugins/matrix/samples.py", "tests/unit/plugins/matrix/test_matrix.py"),
        ("tests/unit/plugins/matrix/double.py", "tests/unit/plugins/matrix/test_check_is_run.py"),
        ("tests/unit/plugins/matrix/assets.py", "tests/unit/plugins/matrix/test_effects.py"),
        ("tests/unit/plugins/emulated/conftest.py", "tests/unit/plugins/emulated/test_archive.py"),
        ("tests/unit/plugins/harness.py", "tests/unit/plugins/modules/test_info_modules.py"),
        ("tests/gate/type_places.py", "tests/unit/gate/test_new_type.py"),
    ],
)
def test_a_change_has_its_tests(monkeypatch: pytest.MonkeyPatch, changed: str, test: str) -> None:
    monkeypatch.setattr(touched, "_changed", lambda: [changed])
    assert test in touched.touched()


def test_a_change_of_prose_has_those_of_every_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touched, "_changed", lambda: ["README.md"])
    assert touched.touched() == sorted(touched.ALWAYS)


@pytest.mark.parametrize(
    "changed",
    [
        "plugins/module_utils/_types/compute.py",
        "plugins/module_utils/_schema/map_values.py",
        "plugins/modules/compute_info.py",
    ],
)
def test_a_change_of_a_type_has_the_tests_of_all_types(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    monkeypatch.setattr(touched, "_changed", lambda: [changed])
    found = touched.touched()
    for test in touched.OF_ALL_TYPES:
        assert test in found or test.partition("::")[0] in found


def test_the_tests_of_all_types_exist() -> None:
    for test in touched.OF_ALL_TYPES:
        file, _colons, name = test.partition("::")
        assert f"def {name}" in (touched.REPOSITORY / file).read_text()
