"""Draws the demo's page: what was deployed, how the job went, what it read in the images.

    python -m tests.demo.report RESULTS PREDICTIONS DIGITS PAGE

RESULTS is the JSON file of what the roles handed on, PREDICTIONS the job's output file,
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
from itertools import pairwise
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
    """A stretch of a job's life; `start` and `share` are parts of the time that all jobs took, from 0 to 1."""

    status: str
    seconds: float
    start: float
    share: float


@dataclass(frozen=True)
class Job:
    """A scoring job on the page's time axis."""

    key: str
    deployment: str
    status: str
    seconds: float
    phases: Sequence[Phase]


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


def jobs(results: Sequence[Mapping[str, Any]]) -> list[Job]:
    """The jobs on one time axis, from the start of the first to the end of the last.

    A job begins as `Started`; each further state begins when it was first seen, and the last one is where it ended.
    """
    lives = [
        [("Started", _time(job["created"])), *((state["status"], _time(state["at"])) for state in job["timeline"])]
        for job in results
    ]
    begin = min(life[0][1] for life in lives)
    whole = max(life[-1][1] for life in lives) - begin
    return [
        Job(
            job["key"],
            job["deployment_name"],
            job["status"],
            (life[-1][1] - life[0][1]).total_seconds(),
            [
                Phase(status, (end - start).total_seconds(), (start - begin) / whole, (end - start) / whole)
                for (status, start), (_status, end) in pairwise(life)
            ],
        )
        for job, life in zip(results, lives, strict=True)
    ]


SHOWN = {
    "computes": ("Compute", {"size": "size", "nodes, at least": "min_instances", "nodes, at most": "max_instances"}),
    "codes": ("Code", {"version": "version"}),
    "models": ("Model", {"version": "version", "type": "type", "stage": "stage"}),
    "environments": ("Environment", {"version": "version", "image": "image"}),
    "data": ("Data", {"version": "version", "type": "type"}),
    "endpoint": ("Batch endpoint", {"authentication": "auth_mode", "default": "defaults.deployment_name"}),
    "deployments": (
        "Batch deployment",
        {
            "scoring script": "code_configuration.scoring_script",
            "images in a mini batch": "mini_batch_size",
            "nodes": "resources.instance_count",
            "processes on each": "max_concurrency_per_instance",
            "retries": "retry_settings.max_retries",
            "seconds for a mini batch": "retry_settings.timeout",
            "errors allowed": "error_threshold",
            "output": "output_action",
            "output file": "output_file_name",
        },
    ),
}
"""Which results are shown, in the order in which they build on each other, and which of their settings."""


def shown_resources(results: Mapping[str, Any]) -> list[Resource]:
    """What was deployed: `results` holds a resource or a list of them below each key of SHOWN."""
    return [
        Resource(kind, one["name"], one["id"], {label: _dig(one, path) for label, path in settings.items()})
        for key, (kind, settings) in SHOWN.items()
        for one in (results[key] if isinstance(results[key], list) else [results[key]])
    ]


def page(results: Mapping[str, Any], readings: Sequence[Reading]) -> str:
    """The whole page as HTML."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.undefined = jinja2.StrictUndefined
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        readings=readings,
        right=sum(one.right for one in readings),
        accuracy=accuracy(readings),
        resources=shown_resources({**results["batch_deploy_result"], **results["batch_score_result"]}),
        jobs=jobs(results["batch_score_result"]["jobs"]),
    )


def _dig(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value[name]
    return value


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _base64(image: Path) -> str:
    return base64.b64encode(image.read_bytes()).decode("ascii")


def main(results: Path, predictions: Path, digits: Path, target: Path) -> float:
    """Write the page to `target`; returns the accuracy, from 0 to 1."""
    readings = read_results(predictions, digits)
    target.write_text(page(json.loads(results.read_text(encoding="utf-8")), readings), encoding="utf-8")
    return accuracy(readings)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
