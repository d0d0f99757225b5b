"""Killed anywhere and run again: the same end state, nothing made twice, no job started twice."""

from __future__ import annotations

import itertools
import json
import re
import signal

from .stories import BLUE_ROWS, DATA, deploy, job, score
from .test_score import rows, start

KILLED = -signal.SIGKILL
# Each pending upload of code gets a container of its own.
CONTAINER = re.compile(r"(?<=-)[a-z0-9]{26}(?=/)")


def end_state(workspace):
    """All that exists, without random values."""
    return json.loads(CONTAINER.sub("container", json.dumps(workspace.state["resources"])))


def test_killed_after_every_third_write_the_run_ends_as_an_undisturbed_one(play, workspace, tmp_path):
    desired = {**deploy(), **score(job("once", dest=str(tmp_path / "rows")), batch_score_data=[DATA])}
    play("mlops.azureml.deploy_and_score", **desired).well()
    undisturbed = end_state(workspace)
    workspace.reset()
    (tmp_path / "rows" / "words.csv").unlink()

    for killed in itertools.count():  # noqa: B007 - counted for the end
        writes, jobs = len(workspace.writes) + 3, len(workspace.invokes) + 1

        def struck(writes: int = writes, jobs: int = jobs) -> bool:
            return len(workspace.writes) >= writes or len(workspace.invokes) >= jobs

        played = play("mlops.azureml.deploy_and_score", until=struck, **desired)
        if played.status != KILLED:
            break
    assert killed >= 3
    assert played.status == 0, played.output
    assert start("once") not in played.changed

    assert end_state(workspace) == undisturbed
    assert len(workspace.invokes) == len(workspace.jobs) == 1
    assert rows(tmp_path / "rows") == BLUE_ROWS
