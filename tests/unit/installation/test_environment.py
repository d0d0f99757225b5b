"""The environment that a command of an installed collection makes for itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.installation import environment
from tests.installation.environment import SetUpError, default_folder, enter, root_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Names a package that exists, in a file that another one includes, and one that does not."""
    (tmp_path / "more.txt").write_text("pytest>=1\n")
    file = tmp_path / "requirements.txt"
    file.write_text("# what it needs\n-r more.txt\nno-such-package[extra]>=2; platform_system == 'Linux'\n")
    return file


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that took the place of this process."""
    commands: list[list[str]] = []
    monkeypatch.setattr(environment.os, "execv", lambda _path, words: commands.append(words))
    return commands


def _installs(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> list[str]:
    steps: list[str] = []

    def step(*arguments: Any) -> None:
        steps.append(str(arguments[0]))
        if error:
            raise error

    monkeypatch.setattr(environment, "make_environment", step)
    monkeypatch.setattr(environment, "install_locked", step)
    return steps


def test_an_interpreter_that_has_the_packages_goes_on(tmp_path: Path, started: list[list[str]]) -> None:
    (tmp_path / "requirements.txt").write_text("pytest>=1\n")
    enter(tmp_path, "emulator", tmp_path / "requirements.txt", "tests.emulator")
    assert started == []


def test_another_one_gets_an_environment_once_and_the_command_starts_anew_there(
    tmp_path: Path, requirements: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["emulator", "up", "--port", "7"])
    steps = _installs(monkeypatch)
    for _time in range(2):
        enter(tmp_path / "state", "emulator", requirements, "tests.emulator")
    home = tmp_path / "state" / "environment"
    assert steps == [str(home), str(home / "bin" / "python")]
    assert [words[0] for words in started] == [str(home / "bin" / "python")] * 2
    assert [words[3:] for words in started] == [["up", "--port", "7"]] * 2


def test_what_cannot_be_installed_is_said_with_the_words_of_pip(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _installs(monkeypatch, subprocess.CalledProcessError(1, ["pip", "install"], output="no network"))
    with pytest.raises(SetUpError, match="`pip install` ended with 1:\nno network"):
        enter(tmp_path, "emulator", requirements, "tests.emulator")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, requirements: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetUpError, match=r"cannot install into .*/file/environment: File exists"):
        enter(tmp_path / "file", "emulator", requirements, "tests.emulator")


def test_a_python_without_a_lock_is_told_which_there_are(
    tmp_path: Path, requirements: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    with pytest.raises(SetUpError, match=r"this Python 3\.10 lacks no-such-package\. .* from 3\.11 to 3\.13"):
        enter(tmp_path, "emulator", requirements, "tests.emulator")


def test_the_default_folder_is_in_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/invalid")
    assert default_folder("workspace") == Path("/home/ann/.cache/mlops.azureml/workspace")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert default_folder("workspace") == Path("/cache/mlops.azureml/workspace")


def test_a_package_is_imported_from_the_folder_above_its_first_name() -> None:
    assert root_of("tests.emulator") == ROOT
    assert root_of("ansible_collections.mlops.azureml.tests.emulator") == ROOT.parents[2]


def test_an_installed_collection_starts_by_its_long_name(tmp_path: Path) -> None:
    """Read-only, from any folder: nothing in it needs the repository."""
    done = subprocess.run(
        [sys.executable, "-m", "ansible_collections.mlops.azureml.tests.emulator", "down", "--state-dir", "s"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT.parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
