"""Ctrl-C and SIGTERM: the run says what goes on in Azure, and leaves neither a process nor a file."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator

import pytest

from .local_workspace import LocalWorkspace
from .stories import ENDPOINT

SIGNALS = (signal.SIGINT, signal.SIGTERM)
WAYS = ("controller", "module")
# The gate tries each signal and each way once; all pairs are tried on request.
PAIRS = [
    pytest.param(way, number, marks=[] if WAYS.index(way) == SIGNALS.index(number) else pytest.mark.on_request)
    for way, number in itertools.product(WAYS, SIGNALS)
]


@pytest.fixture
def slow(spoiled: LocalWorkspace) -> Iterator[LocalWorkspace]:
    """Jobs and operations that do not end by themselves."""
    policies = {"job_course": "Queued:3000", "operation_reads": "100000"}
    spoiled.control.post("/emulator/policies", json=policies).raise_for_status()
    yield spoiled
    policies = {"job_course": "", "operation_reads": "0"}
    spoiled.control.post("/emulator/policies", json=policies).raise_for_status()


@pytest.fixture
def temporary(tmp_path):
    """The folder for temporary files of a run."""
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


def said(played):
    """What was said about Azure, but for the progress."""
    lines = played.output.splitlines()
    return [line for line in lines if "goes on in Azure" in line and not line.startswith("<localhost>")]


@pytest.mark.parametrize(("way", "number"), PAIRS)
def test_a_job_that_goes_on_is_named(play, slow, temporary, way, number):
    inputs = {"pages": {"path": slow.pages}}
    name = f"struck-{way}-{number.name.lower()}"
    task = {"mlops.azureml.batch_job": {"endpoint_name": ENDPOINT, "name": name, "inputs": inputs}}
    polled = f"/jobs/{name}"

    def waits() -> bool:
        return sum(one.path.endswith(polled) and one.method == "GET" for one in slow.journal) > 2

    played = play([task], "-v", settings={"TMPDIR": str(temporary)}, until=waits, strike=number, azureml_execution=way)

    line = (
        f"mlops.azureml: job {name} goes on in Azure. To wait for its end, run batch_job with name: {name}; to cancel "
        "it, add state: canceled."
    )
    assert said(played) == [line], played.output
    assert played.left == 0, "processes outlive the run"
    assert os.listdir(temporary) == []


@pytest.mark.parametrize(("way", "number"), PAIRS)
def test_an_operation_that_goes_on_is_named(play, slow, temporary, way, number):
    name = f"c-{way[:4]}-{number.name.lower()}"
    task = {"mlops.azureml.compute": {"name": name, "size": "Standard_DS3_v2", "max_instances": 1}}

    def waits() -> bool:
        return sum("perations" in one.path and one.method == "GET" for one in slow.journal) > 2

    played = play([task], settings={"TMPDIR": str(temporary)}, until=waits, strike=number, azureml_execution=way)

    line = (
        f"mlops.azureml: compute {name}: the operation goes on in Azure, and cannot be canceled. Run the task again to "
        "wait for its end, or another one to change what it led to."
    )
    assert said(played) == [line], played.output
    assert played.left == 0, "processes outlive the run"
    assert os.listdir(temporary) == []
