"""Each recorded figure, where the folder with them lies beside the repository, gets an answer of the recorded shape."""

from __future__ import annotations

from typing import Any

import pytest

from .environments import FOLDER
from .replays.figures import Figure, find
from .replays.replay import Stage
from .test_replays import CASES, stage

__all__ = ["stage"]

FIGURES = find(FOLDER.parents[1].parent / "shared" / "contract" / "examples")


@pytest.mark.parametrize(("name", "figure"), FIGURES.items(), ids=FIGURES)
def test_the_recorded_request_gets_an_answer_of_the_recorded_shape(stage: Stage, name: str, figure: Any) -> None:
    assert list(Figure(figure, CASES[name], stage).differences()) == []
