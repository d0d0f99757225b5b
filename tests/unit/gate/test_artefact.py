"""The comparison of a built collection with the list of what users need."""

from __future__ import annotations

import pytest

from tests.gate.artefact import differences

NAMES = ["README.md", "plugins/modules/model.py", "tests/emulator/app.py"]


@pytest.mark.parametrize("patterns", [NAMES, ["*.md", "plugins/**", "tests/**.py"]])
def test_what_is_listed_is_all_that_may_be_in_it(patterns: list[str]) -> None:
    assert differences(NAMES, patterns) == []


def test_a_file_that_is_not_listed_is_named() -> None:
    [sentence] = differences([*NAMES, "tests/unit/test_secret.py"], ["*", "plugins/**", "tests/emulator/*"])
    assert sentence.startswith("tests/unit/test_secret.py is in the collection, but not in artefact.txt")


def test_a_file_that_is_missing_is_named() -> None:
    assert differences(NAMES, [*NAMES, "LICENSE"]) == [
        "artefact.txt lists LICENSE, but no such file is in the collection"
    ]
