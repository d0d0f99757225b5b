"""Recognises flowers by their measures: a scoring script for a batch deployment.

The service calls `init()` once in each worker process, then `run(mini_batch)` with the paths of some files. Each text
that `run` returns becomes one line of the results: file name, kind of flower, distance from the centre of that kind.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

model: dict[str, Any] = {}


def init() -> None:
    """Load the model, which the service puts into AZUREML_MODEL_DIR."""
    [file] = Path(os.environ["AZUREML_MODEL_DIR"]).rglob("flowers.json")
    model.update(json.loads(file.read_text(encoding="utf-8")))


def run(mini_batch: list[str]) -> list[str]:
    """Recognise one flower in each file. An error fails the mini batch, and the job logs it."""
    return [f"{Path(path).name},{','.join(recognise(Path(path)))}" for path in mini_batch]


def recognise(file: Path) -> tuple[str, str]:
    """The kind with the nearest centre, and the distance from it."""
    flower = json.loads(file.read_text(encoding="utf-8"))
    point = [float(flower[measure]) for measure in model["measures"]]
    distances = {kind: math.dist(point, centre) for kind, centre in model["centres"].items()}
    kind = min(distances, key=lambda one: distances[one])
    return kind, f"{distances[kind]:.3f}"
