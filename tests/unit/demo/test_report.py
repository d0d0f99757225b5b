"""The demo's page says what happened, and refuses results that do not fit the images."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.demo import report

DEPLOYMENT = {
    "name": "blue",
    "id": "/subscriptions/s/batchEndpoints/e/deployments/blue",
    "code_configuration": {"scoring_script": "score.py"},
    "mini_batch_size": 20,
    "resources": {"instance_count": 3},
    "max_concurrency_per_instance": 2,
    "retry_settings": {"max_retries": 3, "timeout": 60},
    "error_threshold": 0,
    "output_action": "append_row",
    "output_file_name": "predictions.csv",
}
JOBS = [
    {
        "key": "first-<1>",
        "deployment_name": "blue",
        "status": "Completed",
        "created": "2026-01-02T03:04:05.1234567+00:00",
        "timeline": [
            {"status": "Running", "at": "2026-01-02T03:04:06.1234567+00:00"},
            {"status": "Completed", "at": "2026-01-02T03:04:09.1234567+00:00"},
        ],
    },
    {
        "key": "second",
        "deployment_name": "green",
        "status": "Failed",
        "created": "2026-01-02T03:04:07.1234567+00:00",
        "timeline": [{"status": "Failed", "at": "2026-01-02T03:04:13.1234567+00:00"}],
    },
]
RESULTS: dict[str, Any] = {
    "batch_deploy_result": {
        "computes": [{"name": "cpu", "id": "/c/cpu", "size": "D3", "min_instances": 0, "max_instances": 2}],
        "codes": [{"name": "score", "id": "/codes/score/1", "version": "1"}],
        "models": [
            {"name": "digits", "id": "/models/digits/3", "version": "3", "type": "custom_model", "stage": "new"}
        ],
        "environments": [],
        "endpoint": {"name": "e", "id": "/e", "auth_mode": "aad_token", "defaults": {"deployment_name": "blue"}},
        "deployments": [DEPLOYMENT],
    },
    "batch_score_result": {"data": [], "jobs": JOBS},
}


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    (tmp_path / "held_out").mkdir()
    for name, ink in (("a.png", 0), ("b.png", 90), ("c.png", 200)):
        Image.new("L", (8, 8), ink).save(tmp_path / "held_out" / name)
    (tmp_path / "labels.csv").write_text("file,digit\na.png,3\nb.png,5\nc.png,1\nnot_held_out.png,9\n")
    return tmp_path


def predictions(folder: Path, text: str) -> Path:
    file = folder / "predictions.csv"
    file.write_text(text)
    return file


def test_wrong_ones_come_first_then_by_digit(digits: Path) -> None:
    readings = report.read_results(predictions(digits, "a.png,3,0.99\nb.png,8,0.6\nc.png,1,0.7\n"), digits)
    assert [(one.file, one.digit, one.predicted, one.right) for one in readings] == [
        ("b.png", 5, 8, False),
        ("c.png", 1, 1, True),
        ("a.png", 3, 3, True),
    ]
    assert report.accuracy(readings) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a.png,3,0.9\nb.png,5,0.9\n", id="one is missing"),
        pytest.param("a.png,3,0.9\nb.png,5,0.9\nc.png,1,0.9\nc.png,1,0.9\n", id="one comes twice"),
        pytest.param("a.png,3,0.9\nb.png,5,0.9\nc.png,1,0.9\nd.png,1,0.9\n", id="one was never sent"),
    ],
)
def test_each_image_must_be_scored_exactly_once(digits: Path, text: str) -> None:
    with pytest.raises(ValueError, match="exactly once"):
        report.read_results(predictions(digits, text), digits)


def test_jobs_share_one_time_axis() -> None:
    first, second = report.jobs(JOBS)
    assert (first.key, first.status, first.seconds) == ("first-<1>", "Completed", 4.0)
    assert [(one.status, one.seconds, one.start, one.share) for one in first.phases] == [
        ("Started", 1.0, 0.0, 0.125),
        ("Running", 3.0, 0.125, 0.375),
    ]
    assert [(one.status, one.seconds, one.start, one.share) for one in second.phases] == [("Started", 6.0, 0.25, 0.75)]


def test_resources_are_shown_with_their_settings() -> None:
    shown = report.shown_resources({**RESULTS["batch_deploy_result"], **RESULTS["batch_score_result"]})
    assert [(one.kind, one.name) for one in shown] == [
        ("Compute", "cpu"),
        ("Code", "score"),
        ("Model", "digits"),
        ("Batch endpoint", "e"),
        ("Batch deployment", "blue"),
    ]
    assert shown[3].settings == {"authentication": "aad_token", "default": "blue"}
    assert shown[4].settings["nodes"] == 3


class References(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"src", "href", "data", "srcset"}]


def test_the_page_holds_everything_it_needs(digits: Path) -> None:
    readings = report.read_results(predictions(digits, "a.png,3,0.99\nb.png,8,0.6\nc.png,1,0.7\n"), digits)
    html = report.page(RESULTS, readings)
    references = References()
    references.feed(html)
    assert len(references.found) == 3
    assert all(value.startswith("data:image/png;base64,") for value in references.found)
    assert "url(" not in html
    assert "66.7 %" in html
    assert "read 8, is 5" in html
    assert "first-&lt;1&gt;" in html


def test_a_page_without_a_wrong_one_has_no_place_for_it(digits: Path) -> None:
    readings = report.read_results(predictions(digits, "a.png,3,0.99\nb.png,5,0.6\nc.png,1,0.7\n"), digits)
    assert "Read wrong" not in report.page(RESULTS, readings)
