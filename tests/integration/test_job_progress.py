"""Who watches with -v sees how a job goes while its task waits."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from .local_workspace import LocalWorkspace
from .stories import ENDPOINT

COURSE = "Queued:1,Preparing:1,Running:3"
STATES = ("Preparing", "Queued", "Running", "Completed")


def scored(deployed: LocalWorkspace, name: str, **task: object) -> dict[str, object]:
    """A task that scores the pages, one in each mini batch."""
    inputs = {"pages": {"path": deployed.pages}}
    options = {"endpoint_name": ENDPOINT, "name": name, "inputs": inputs, "mini_batch_size": 1}
    return {"name": "Score", "mlops.azureml.batch_job": options, **task}


@pytest.fixture
def slow(deployed: LocalWorkspace) -> Iterator[LocalWorkspace]:
    """Jobs take their time."""
    deployed.control.post("/emulator/policies", json={"job_course": COURSE}).raise_for_status()
    yield deployed
    deployed.control.post("/emulator/policies", json={"job_course": ""}).raise_for_status()


@pytest.mark.parametrize("way", ["controller", "module"])
def test_states_and_counts_are_shown_while_the_task_waits(play, slow, way):
    played = play([scored(slow, f"watched-{way}")], "-v", azureml_execution=way).well()
    lines = re.findall(r"^<localhost> job watched-\w+(?: is|:) (.*)$", played.output, re.MULTILINE)
    states = [line for line in lines if line in STATES]
    assert states[0] == "Preparing"
    assert states[-2:] == ["Running", "Completed"]
    assert any(line.startswith("3 of 3 mini batches") for line in lines), lines
    assert played.output.index(f"job watched-{way} is Running") < played.output.index("changed: [localhost]")


def test_there_is_no_progress_without_v_or_with_no_log(play, slow):
    assert "job quiet is" not in play([scored(slow, "quiet")]).well().output
    assert "job hidden is" not in play([scored(slow, "hidden", no_log=True)], "-v").well().output


def test_a_task_in_the_background_has_no_progress(play, slow, tmp_path):
    task = scored(slow, "background", **{"async": 120, "poll": 1})
    played = play([task], "-v", ansible_async_dir=str(tmp_path / "async")).well()
    assert "job background is" not in played.output
    assert len(slow.invokes) == 1
