"""Figures whose answer nobody recorded: sent as they are, and compared with their description in outline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .figures import SENT, load_figures
from .outline import Outline
from .replay import HERE, Stage
from .translate import Translator


def find_described(folder: Path) -> dict[str, Any]:
    """The figures whose response was not recorded, by name."""
    return {name: figure for name, figure in load_figures(folder).items() if not figure.get("response_recorded", True)}


def load_described() -> dict[str, Any]:
    """What each of them needs, by name."""
    cases = json.loads((HERE / "described" / "cases.json").read_text(encoding="utf-8"))
    return {case["name"]: case for case in cases}


def describe(figure: Mapping[str, Any], case: Mapping[str, Any], stage: Stage) -> list[str]:
    """Where the emulator's answer to a figure has not the described shape."""
    here = Translator(stage.words, stage.words["ws"]).translated(figure)
    words = stage.prepare(case, case.get("names", {}))
    request = here["request"]
    url = request["url"]
    step: dict[str, Any] = {"method": request["method"], "path": url}
    step["headers"] = {name: text for name, text in request.get("headers", {}).items() if SENT.match(name)}
    if request.get("body") is not None:
        step["body"] = request["body"]
    if not url.startswith(stage.management):
        step["token"] = case.get("token", "scoring")
    answers = [here["response"], *([here["alternative_response"]] if "alternative_response" in here else [])]
    outline = Outline(tuple(answers), frozenset(case.get("absent", [])), case.get("status"))
    return outline.differences(stage.send(step, words))
