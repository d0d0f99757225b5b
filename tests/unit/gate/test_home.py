"""The tools' home directory hands pip's settings on to ansible-test, which drops environment variables."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gate import home


@pytest.fixture
def tools_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the home directory is laid; the user's own is empty, and so is the environment."""
    for name in ("HTTPS_PROXY", "https_proxy", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "user").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setattr(home, "HOME", tmp_path / "tools")
    monkeypatch.setattr(home, "FLOOR_HOME", tmp_path / "floor")
    return tmp_path / "tools"


def settings(folder: Path) -> str:
    """What pip itself makes of the configuration in a home directory."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    environment = {"HOME": str(folder), "PIP_QUIET": "0"}
    return subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout


def test_settings_of_the_environment_reach_pip(tools_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://user:word@packages.example/simple")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    home.lay()
    found = settings(tools_home)
    assert "global.extra-index-url='https://user:word@packages.example/simple'" in found
    assert "global.proxy='http://proxy.example:3128'" in found
    assert stat.S_IMODE((tools_home / ".config" / "pip" / "pip.conf").stat().st_mode) == 0o600


@pytest.mark.parametrize("place", [".config/pip/pip.conf", ".pip/pip.conf"])
def test_settings_of_the_user_reach_pip(tools_home: Path, tmp_path: Path, place: str) -> None:
    file = tmp_path / "user" / place
    file.parent.mkdir(parents=True)
    file.write_text("[global]\ntimeout = 77\n")
    home.lay()
    home.lay()
    assert "global.timeout='77'" in settings(tools_home)
