"""Setting up an environment: a step is done once, and what is missing is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.gate import environment
from tests.installation.packages import REPOSITORY, once


def test_without_python_3_10_the_oldest_are_not_tested_and_the_message_names_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gate.environment"],
        check=False,
        cwd=REPOSITORY,
        env={"PATH": str(tmp_path), "TEST_ENVIRONMENT": "oldest"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Could not set up the environment `oldest`: no Python 3.10 with ")


def test_a_step_is_needed_until_it_is_done_and_again_when_a_source_changes(tmp_path: Path) -> None:
    stamp = tmp_path / "below" / "step.stamp"

    def needed(*sources: str) -> bool:
        with once(stamp, sources) as answer:
            return answer

    assert [needed("a", "b"), needed("a", "b"), needed("ab"), needed("ab")] == [True, False, True, False]


def test_a_step_that_fails_is_needed_again(tmp_path: Path) -> None:
    stamp = tmp_path / "step.stamp"
    try:
        with once(stamp, ["a"]):
            raise OSError("no network")
    except OSError:
        pass
    with once(stamp, ["a"]) as needed:
        assert needed


def test_a_failure_of_what_is_installed_beside_the_rest_ends_the_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        sys.exit("Could not set up packages of tests/lock/floor.txt")

    monkeypatch.setattr(environment, "NAME", "gate")
    for step in ("_virtual_environment", "_locked_packages", "_azurite"):
        monkeypatch.setattr(environment, step, lambda *_arguments: None)
    monkeypatch.setattr(environment, "_set_up_floor", fail)
    with pytest.raises(SystemExit, match="Could not set up packages"):
        environment.set_up()
