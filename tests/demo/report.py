"""Draws the demo's page: what was deployed, how the job went, what it read in the images.

    python -m tests.demo.report RESULTS PREDICTIONS DIGITS PAGE

RESULTS is the JSON file of what the playbook brought about (see `shown_resources`), PREDICTIONS the job's output file,
DIGITS the folder that make_digits.py wrote. PAGE becomes one HTML file that needs nothing beside itself.
"""

from __future__ import annotations

import base64
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

TEMPLATE = Path(__file__).with_name("page.html.j2")


@dataclass(frozen=True)
class Reading:
    """What the job read in one image; `image` is the PNG file in base64."""

    file: str
    digit: int
    predicted: int
    probability: float
    image: str

    @property
    def right(self) -> bool:
        """Whether the predicted digit is the one that was written."""
        return self.predicted == self.digit


@dataclass(frozen=True)
class Phase:
    """A stretch of the job's life; `share` of the whole, from 0 to 1."""

    name: str
    started: datetime
    seconds: float
    share: float


@dataclass(frozen=True)
class Resource:
    """One thing that was deployed, with the settings worth showing."""

    kind: str
    name: str
    id: str
    settings: Mapping[str, Any]


def read_results(predictions: Path, digits: Path) -> list[Reading]:
    """Join the predictions with the held-out images and their labels: wrong ones first, then by digit.

    Raises ValueError when an image was not scored exactly once.
    """
    with (digits / "labels.csv").open(newline="") as file:
        labels = {row["file"]: int(row["digit"]) for row in csv.DictReader(file)}
    with predictions.open(newline="") as file:
        rows = list(csv.reader(file))
    images = {file.name: file for file in (digits / "held_out").glob("*.png")}
    if sorted(name for name, *_rest in rows) != sorted(images):
        raise ValueError(f"{predictions} does not hold each image of {digits / 'held_out'} exactly once")
    readings = [
        Reading(name, labels[name], int(digit), float(probability), _base64(images[name]))
        for name, digit, probability in rows
    ]
    return sorted(readings, key=lambda one: (one.right, one.digit, one.probability, one.file))


def accuracy(readings: Sequence[Reading]) -> float:
    """Share of the images that were read right, from 0 to 1."""
    return sum(one.right for one in readings) / len(readings)


def phases(states: Sequence[Mapping[str, str]]) -> list[Phase]:
    """The job's life from its states, each with the `time` (ISO 8601) at which it was entered, in order.

    The last state is where it ended, so it has no length of its own.
    """
    times = [datetime.fromisoformat(state["time"]) for state in states]
    whole = (times[-1] - times[0]).total_seconds() or 1.0
    return [
        Phase(state["status"], begin, (end - begin).total_seconds(), (end - begin).total_seconds() / whole)
        for state, begin, end in zip(states, times, times[1:], strict=False)
    ]


SHOWN = {
    "compute": ("Compute", ("size", "min_instances", "max_instances", "tier")),
    "code": ("Code", ("version",)),
    "model": ("Model", ("version", "type")),
    "environment": ("Environment", ("version", "image")),
    "batch_endpoint": ("Batch endpoint", ("auth_mode", "default_deployment")),
    "batch_deployment": (
        "Batch deployment",
        (
            "scoring_script",
            "instance_count",
            "max_concurrency_per_instance",
            "mini_batch_size",
            "error_threshold",
            "output_action",
            "output_file_name",
        ),
    ),
    "data": ("Data", ("version", "type")),
}
"""Which results are shown, in the order in which they build on each other, and which of their settings."""


def shown_resources(results: Mapping[str, Mapping[str, Any]]) -> list[Resource]:
    """What was deployed, from the modules' results by resource type."""
    return [
        Resource(
            kind,
            results[key]["name"],
            results[key]["id"],
            {name.replace("_", " "): results[key][name] for name in settings if results[key].get(name) is not None},
        )
        for key, (kind, settings) in SHOWN.items()
        if key in results
    ]


def page(results: Mapping[str, Any], readings: Sequence[Reading]) -> str:
    """The whole page as HTML."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.undefined = jinja2.StrictUndefined
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        readings=readings,
        right=sum(one.right for one in readings),
        accuracy=accuracy(readings),
        resources=shown_resources(results),
        job=results["batch_job"],
        phases=phases(results["batch_job"]["states"]),
    )


def _base64(image: Path) -> str:
    return base64.b64encode(image.read_bytes()).decode("ascii")


def main(results: Path, predictions: Path, digits: Path, target: Path) -> float:
    """Write the page to `target`; returns the accuracy, from 0 to 1."""
    readings = read_results(predictions, digits)
    target.write_text(page(json.loads(results.read_text(encoding="utf-8")), readings), encoding="utf-8")
    return accuracy(readings)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
