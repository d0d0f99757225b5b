"""A million rows: some of them as data, and all of them downloaded, with little memory."""

from __future__ import annotations

import filecmp
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob
from ansible_collections.mlops.azureml.plugins.module_utils._service.datastore_storage import open_datastore
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.modules import batch_job_results

from .engine import Engine
from .local_workspace import LocalWorkspace
from .stories import ENDPOINT

ROWS = 1_000_000
MOST_MEGABYTES = 80
# The most memory of this program alone: what getrusage reports includes that of the process which started it.
MEASURED = """\
import pathlib, re, runpy, sys
try:
    runpy.run_path(sys.argv.pop(1), run_name="__main__")
finally:
    status = pathlib.Path("/proc/self/status").read_text()
    print(int(re.search("VmHWM:\\s*([0-9]+) kB", status)[1]) // 1024, file=sys.stderr)
"""


@pytest.fixture
def big(deployed: LocalWorkspace, tmp_path: Path) -> tuple[Engine, Path]:
    """A finished job, in the place of whose predictions lie a million rows; and a copy of them."""
    engine = Engine(deployed.settings, tmp_path / "cache")
    inputs = {"pages": {"path": deployed.pages}}
    done = engine.run(RunJob(), endpoint_name=ENDPOINT, name="big", inputs=inputs)
    assert not done.failed, done.message
    copy = tmp_path / "copy.csv"
    with copy.open("w") as stream:
        stream.writelines(f"image-{number:07}.png,{number % 10},{number / ROWS:.6f}\n" for number in range(ROWS))
    path = done["batch_job"]["outputs"]["score"]["path"].partition("/paths/")[2]
    store = open_datastore(Workspace(engine.invocation()), None)
    store.container.upload([(copy, path)], overwrite=True)
    return engine, copy


def measured(engine: Engine, **options: Any) -> tuple[dict[str, Any], int]:
    """What the module prints when it runs as Ansible runs it, and the most memory it took, in megabytes."""
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {**engine.connection, "name": "big", **options}})
    environment = {**os.environ, "XDG_CACHE_HOME": str(engine.cache)}
    command = [sys.executable, "-c", MEASURED, str(batch_job_results.__file__)]
    done = subprocess.run(command, input=arguments, env=environment, capture_output=True, text=True, check=False)
    return json.loads(done.stdout), int(done.stderr.splitlines()[-1])


def test_a_million_rows_take_little_memory(big: tuple[Engine, Path], tmp_path: Path) -> None:
    """Some of them as data, and all of them downloaded, beside a run that ends before it reads any."""
    engine, copy = big
    nothing, least = measured(engine, name="no-such-job")
    assert nothing["failed"]

    first, for_rows = measured(engine, rows=True, columns=["file", "digit", "probability"])
    results = first["batch_job_results"]
    assert (len(results["rows"]), results["truncated"]) == (1000, True)
    assert results["rows"][7] == {"file": "image-0000007.png", "digit": 7, "probability": 7e-06}

    fetched, for_all = measured(engine, dest=str(tmp_path / "dest"))
    assert fetched["changed"]
    assert filecmp.cmp(tmp_path / "dest" / "words.csv", copy, shallow=False)

    size = copy.stat().st_size >> 20
    print(f"\nmegabytes: {least} without any row, {for_rows} for the first 1,000, {for_all} for all {size} of the file")
    assert max(for_rows, for_all) < MOST_MEGABYTES
