"""Client 4: recorded exchanges, replayed. Each request gets the answer that the service was seen to give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.local_workspace import LocalWorkspace

from .replays.compare import differences
from .replays.replay import Stage, load, play

CASES = load()


@pytest.fixture(scope="module")
def stage(started: LocalWorkspace) -> Iterator[Stage]:
    """The emulator, left with its own policies and empty."""
    stage = Stage(started.settings)
    yield stage
    stage.prepare({"policies": stage.defaults}, {})


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case["name"])
def test_the_answer_is_the_recorded_one(stage: Stage, case: Any) -> None:
    for expected, answer in play(stage, case):
        assert differences(expected, answer) == []
