"""The runner of the gate: what it reports, and its exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate import __main__ as gate
from tests.gate.steps import Step


@pytest.fixture(autouse=True)
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of two steps, one of which this machine cannot run, in an empty folder."""
    table = [Step("possible", [["true"]]), Step("impossible", [["false"]], missing="no Python for it")]
    monkeypatch.setattr(gate, "STEPS", table)
    monkeypatch.setattr(gate, "BUILD", tmp_path)
    monkeypatch.setattr(gate.tree, "ROOT", tmp_path)
    monkeypatch.setattr(gate.tree, "lay", lambda: None)
    monkeypatch.setattr(gate.home, "lay", lambda: None)
    monkeypatch.setattr(gate.signal, "signal", lambda *_handler: None)


def test_a_step_that_cannot_run_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main([]) == 0
    output = capsys.readouterr().out
    assert "impossible      NOT RUN: no Python for it" in output
    assert "1 passed, 0 failed, 1 not run" in output


def test_a_named_step_that_cannot_run_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main(["impossible"]) == 1
    assert "0 passed, 0 failed, 1 not run" in capsys.readouterr().out
