"""Each figure, where the folder with them lies beside the repository, gets an answer of the recorded shape.

The lists here are held to without that folder, too: no figure drops out of them unnoticed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .environments import FOLDER as CLIENTS
from .replays.description import describe, find_described, load_described
from .replays.figures import Figure, find, load_exceptions
from .replays.replay import Stage
from .test_replays import CASES, stage

__all__ = ["stage"]

FOLDER = Path(os.environ.get("CONFORMANCE_FIGURES") or CLIENTS.parents[1].parent / "shared" / "contract" / "examples")
FIGURES = find(FOLDER)
DESCRIBED = find_described(FOLDER)
EXCEPTIONS = load_exceptions()
DESCRIPTIONS = load_described()
RECORDED_FIGURES = 128
"""How many figures have a recorded response."""

RUN = [name for name in FIGURES if name not in EXCEPTIONS]
SENT = [name for name in DESCRIBED if "not_served" not in DESCRIPTIONS.get(name, {})]


@pytest.mark.parametrize("name", RUN)
def test_the_recorded_request_gets_an_answer_of_the_recorded_shape(stage: Stage, name: str) -> None:
    assert list(Figure(FIGURES[name], CASES[name], stage).differences()) == []


@pytest.mark.parametrize("name", SENT)
def test_the_described_request_gets_an_answer_of_the_described_shape(stage: Stage, name: str) -> None:
    assert describe(DESCRIBED[name], DESCRIPTIONS[name], stage) == []


@pytest.mark.skipif(not FIGURES, reason="the folder with the figures does not lie beside the repository")
def test_every_figure_is_replayed_or_says_why_not() -> None:
    assert len(FIGURES) == RECORDED_FIGURES
    assert [name for name in FIGURES if name not in CASES and name not in EXCEPTIONS] == []
    assert [name for name in EXCEPTIONS if name not in FIGURES] == []
    assert DESCRIPTIONS.keys() == DESCRIBED.keys()


def test_an_exception_has_a_reason_and_no_case_of_its_own() -> None:
    for name, exception in EXCEPTIONS.items():
        assert name not in CASES
        assert exception["because"].endswith(".")
        assert exception["shown_by"] in CASES


def test_the_cases_and_the_exceptions_are_all_recorded_figures() -> None:
    own = {exception["shown_by"] for exception in EXCEPTIONS.values()}
    assert len(CASES.keys() - own) + len(EXCEPTIONS) == RECORDED_FIGURES


def test_what_is_described_only_is_no_case() -> None:
    assert DESCRIPTIONS.keys() & CASES.keys() == set()
    assert all(description.get("not_served", ".").endswith(".") for description in DESCRIPTIONS.values())
