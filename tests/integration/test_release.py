"""The roles batch_release and batch_rollback on real jobs: models of digits, an approval, the way back.

Every other course of a release is in tests/unit/plugins/emulated/test_release.py.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.demo.make_digits import make_digits
from tests.demo.train import WEIGHTS, train

from .plays import Played

DIGITS = Path(__file__).parents[1] / "demo" / "score"
ENDPOINT = "digits-released"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images, and models by their names: folders with weights."""
    folder = tmp_path_factory.mktemp("digits")
    make_digits(folder / "digits")
    train(folder / "digits", folder / "better")
    with np.load(folder / "better" / WEIGHTS) as arrays:
        good = dict(arrays)
    random = np.random.default_rng(1)
    for name, noise in (("first", 0.25), ("worse", 0.9)):
        _write(folder / name, {**good, "output": good["output"] + random.normal(0, noise, good["output"].shape)})
    with (folder / "digits" / "labels.csv").open() as file:
        truth = {row["file"]: row["digit"] for row in csv.DictReader(file)}
    shown = sorted((folder / "digits" / "held_out").glob("*.png"))[::5]
    (folder / "inbox").mkdir()
    for image in shown:
        (folder / "inbox" / image.name).write_bytes(image.read_bytes())
    lines = "".join(f"{image.name},{truth[image.name]}\n" for image in shown)
    (folder / "expected.csv").write_text(f"file,digit\n{lines}")
    return folder


def _write(folder: Path, weights: dict[str, Any]) -> None:
    folder.mkdir()
    np.savez(folder / WEIGHTS, **weights)


def variables(models: Path, report: Path, model: str, **more: Any) -> dict[str, Any]:
    """A release of a model."""
    return {
        "batch_release_endpoint": {"name": ENDPOINT},
        "batch_release_computes": [{"name": "digits-cluster", "size": "Standard_DS3_v2", "max_instances": 1}],
        "batch_release_codes": [{"name": "digits-score", "path": str(DIGITS)}],
        "batch_release_models": [{"name": "digits", "path": str(models / model / WEIGHTS), "type": "custom_model"}],
        "batch_release_environments": [{"name": "digits-env", "image": "library/python:3.11"}],
        "batch_release_deployment": {
            "model": "digits",
            "code_configuration": {"code": "digits-score", "scoring_script": "score.py"},
            "environment": "digits-env",
            "compute": "digits-cluster",
            "mini_batch_size": 100,
            "max_concurrency_per_instance": 1,
            "retry_settings": {"max_retries": 0, "timeout": 60},
            "error_threshold": 0,
        },
        "batch_release_smoke": {"inputs": {"images": {"type": "uri_folder", "path": str(models / "inbox")}}},
        "batch_release_check": {
            "columns": ["file", "digit", "probability"],
            "key_column": "file",
            "max_duration": 30,
            "compare_to": {"max_changed_share": 1.0},
            "expected": {
                "file": str(models / "expected.csv"),
                "column": "digit",
                "accuracy": {"min": 0.7, "max_loss": 0.0},
            },
        },
        "batch_release_report": str(report),
        **more,
    }


def default_of(workspace: Any) -> str | None:
    state = workspace.state["resources"]
    [found] = [one for path, one in state.items() if path.endswith(f"/batchEndpoints/{ENDPOINT}")]
    return found["properties"]["defaults"]["deploymentName"]


def test_only_models_that_pass_become_the_default(play, workspace, models, tmp_path):
    report = tmp_path / "release.html"

    def release(model: str, **more: Any) -> Played:
        return play("mlops.azureml.release", **variables(models, report, model, **more))

    first = release("first").well()
    assert (
        default_of(workspace)
        == first.result("mlops.azureml.batch_release : Return the result")["ansible_facts"]["batch_release_result"][
            "deployment_name"
        ]
    )

    # A second run writes nothing, and check mode neither.
    workspace.forget()
    assert release("first").well().changed == []
    assert workspace.writes == []
    checked = play("mlops.azureml.release", "--check", **variables(models, report, "better"))
    assert checked.status == 0, checked.output
    assert workspace.writes == []

    # An approval between trial and switch.
    before = default_of(workspace)
    release("better", batch_release_stage="candidate").well()
    assert default_of(workspace) == before
    release("better", batch_release_stage="switch").well()
    better = default_of(workspace)
    assert better != before
    assert "Released" in report.read_text()

    # A worse one, whose report says why it failed.
    failed = release("worse")
    assert failed.status != 0
    assert "accuracy" in failed.message
    assert str(report) in failed.message
    assert "Failed" in report.read_text()
    assert default_of(workspace) == better

    # Back to the first one.
    back = {
        "batch_rollback_endpoint_name": ENDPOINT,
        "batch_rollback_smoke": variables(models, report, "better")["batch_release_smoke"],
        "batch_rollback_report": str(tmp_path / "rollback.html"),
    }
    play("mlops.azureml.rollback", **back).well()
    assert default_of(workspace) == before
    assert "Rolled back" in (tmp_path / "rollback.html").read_text()
    listed = {"mlops.azureml.batch_release_info": {"endpoint_name": ENDPOINT}, "register": "listed", "name": "List"}
    records = play([listed]).well().result("List")["batch_releases"]
    assert [one["status"] for one in records] == ["released", "failed", "rolled_back", "released"]
