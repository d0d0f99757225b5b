# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of scoring jobs do: for each, two values that have to come out differently."""

from __future__ import annotations

from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_job import BATCH_JOB
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.effects import (
    LEFT_OUT,
    PLACE,
    Effect,
    Options,
    Scene,
    endpoint_with_default,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import ENDPOINT

INPUTS = {"pages": {"type": "uri_folder", "path": f"{PLACE}/pages"}}
OUTPUTS = {"score": {"type": "uri_file", "path": f"{PLACE}/scores/today.csv"}}
JOB: Options = {"endpoint_name": ENDPOINT, "name": "today", "inputs": INPUTS, "wait": False}
WITH_OUTPUT = {**JOB, "outputs": OUTPUTS}
TWICE = (JOB, {**JOB, "resubmit": "always"})
SLOW = {"wait": True, "wait_timeout": 20}
ENDED, RUNNING = {"job_course": "Completed"}, {"job_course": "Queued:100,Preparing:100,Finalizing"}
ROWS = b"page;words\nfirst;3\nsecond;2\nthird;1\n"


def _results(bench: Bench) -> None:
    """What the job has written."""
    bench.storage.blobs["scores/today.csv"] = ROWS


def _of_the_call() -> tuple[Effect, ...]:
    """What one call may set in place of its deployment."""
    return tuple(Effect(field.option, *samples(field)) for field in BATCH_JOB.fields)


STARTING = Scene(
    "batch_job",
    JOB,
    (
        *_of_the_call(),
        Effect("name", "today", "tomorrow"),
        Effect("key", "one", "two", {"name": None}),
        Effect("endpoint_name", ENDPOINT, "other-ep"),
        Effect("deployment_name", LEFT_OUT, "red"),
        Effect("definition", LEFT_OUT, {"mini_batch_size": 7}),
        Effect("inputs", INPUTS, {"pages": {"path": "azureml:pages:1"}}),
        Effect("outputs", LEFT_OUT, OUTPUTS),
        Effect("output_policy", "fail", "overwrite", {"outputs": OUTPUTS}),
        Effect("api_generation", "current", "2021", {"inputs": {"pages": {"path": "azureml:pages:1"}}}),
        Effect("ledger", True, False),
        Effect("state", "present", "archived", first=(JOB,)),
        # These jobs leave no logs, so that their counts are not known.
        Effect("max_failed_items", LEFT_OUT, 0, first=(JOB,)),
        Effect("on_unknown_counts", "fail", "warn", {"max_failed_items": 0}, first=(JOB,)),
        Effect("resubmit", "never", "always", first=(JOB,)),
        Effect("attempt", 1, 2, first=TWICE),
        Effect("missing_input", "fail", "warn", {"inputs": {"pages": {"path": f"{PLACE}/nowhere"}}}),
        Effect(
            "delete_outputs", False, True, {"state": "absent"}, first=({**WITH_OUTPUT, "output_policy": "overwrite"},)
        ),
    ),
    endpoint_with_default,
    ENDED,
    _results,
)


def _deployment_in_progress(bench: Bench) -> None:
    """A deployment whose creation does not end."""
    endpoint_with_default(bench)
    found = bench.emulator.state.resources.get(bench.path(f"batchEndpoints/{ENDPOINT}/deployments/red"))
    assert found is not None
    found.provisioning_state = "Creating"


CREATING = Scene(
    "batch_job",
    {**JOB, "deployment_name": "red", "wait_timeout": 20},
    (Effect("wait_for_deployment", False, True),),
    _deployment_in_progress,
    ENDED,
)
WAITING = Scene(
    "batch_job",
    JOB,
    (
        Effect("wait", True, False, {"wait_timeout": 20}),
        Effect("wait_timeout", 20, 40, {"wait": True}),
        Effect("on_timeout", "keep", "cancel", SLOW),
        *(
            Effect(f"phase_timeouts.{phase}", LEFT_OUT, 10, {"wait": True, "wait_timeout": 1000})
            for phase in ("queued", "preparing", "running")
        ),
    ),
    endpoint_with_default,
    RUNNING,
)


def scored(bench: Bench) -> None:
    """A job that has ended, with its results."""
    endpoint_with_default(bench)
    assert bench.run(RunJob(), WITH_OUTPUT).message == ""


INFO = Scene(
    "batch_job_info",
    {},
    (
        Effect("name", LEFT_OUT, "none-such"),
        Effect("key", LEFT_OUT, "none-such"),
        Effect("attempt", 1, 2, {"name": "today"}),
        Effect("endpoint_name", LEFT_OUT, "other-ep"),
        Effect("deployment_name", "green", "red"),
        Effect("status", ["Completed"], ["Failed"]),
        Effect("created_after", LEFT_OUT, "2099-01-01T00:00:00Z"),
        Effect("created_before", LEFT_OUT, "2001-01-01T00:00:00Z"),
        Effect("list_view", "active", "archived"),
        Effect("query", LEFT_OUT, "[].name"),
    ),
    scored,
    ENDED,
)
INTO: Options = {"dest": "tmp/results"}
READ: Options = {"rows": True, "file": "today.csv"}
RESULTS = Scene(
    "batch_job_results",
    {"name": "today"},
    (
        Effect("name", "today", "none-such"),
        Effect("key", "today", "none-such", {"name": None}),
        Effect("attempt", 1, 2),
        Effect("endpoint_name", ENDPOINT, "other-ep"),
        Effect("output", "score", "other"),
        Effect("dest", LEFT_OUT, "tmp/results"),
        Effect("rows", False, True, {"file": "today.csv"}),
        Effect("limit", 1, 2, READ),
        Effect("file", "today.csv", "none-such.csv", READ),
        Effect("format", "csv", "json_lines", READ),
        Effect("separator", ",", ";", READ),
        Effect("quote", "minimal", "none", {**READ, "separator": ";"}),
        Effect("header", False, True, {**READ, "separator": ";"}),
        Effect("columns", LEFT_OUT, ["page", "words"], {**READ, "separator": ";"}),
        Effect("types", LEFT_OUT, {"words": "str"}, {**READ, "separator": ";", "header": True}),
        Effect("infer_types", True, False, {**READ, "separator": ";", "header": True}),
    ),
    scored,
    ENDED,
    _results,
)


def _two_results(bench: Bench) -> None:
    """Two jobs that have ended, with their results."""
    scored(bench)
    output = {"score": {"type": "uri_file", "path": f"{PLACE}/scores/before.csv"}}
    assert bench.run(RunJob(), {**JOB, "name": "before", "outputs": output}).message == ""
    bench.storage.blobs |= {"scores/today.csv": ROWS, "scores/before.csv": ROWS}


ONE_FOLDER = Scene(
    "batch_job_results",
    {"name": "today"},
    (
        Effect("dest_policy", "keep", "fail", INTO, first=({**INTO, "name": "before"},)),
        Effect("dest_policy", "keep", "clean", INTO, first=({**INTO, "name": "before"},)),
    ),
    _two_results,
    ENDED,
)


def _logged(bench: Bench) -> None:
    """Two jobs that have ended; the storage of the tests has no containers of its own."""
    _two_results(bench)
    for job in bench.emulator.state.jobs.list():
        folder = f"ExperimentRun/dcid.{job.child_run_id}"
        bench.storage.blobs[f"{folder}/logs/user/stdout/n/p.txt"] = job.name.encode() + b"\nlast\n"
        bench.storage.blobs[f"{folder}/logs/user/error.txt"] = b"x\n" * 10


LOGS = Scene(
    "batch_job_logs",
    {"name": "today"},
    (
        Effect("name", "today", "before"),
        Effect("key", "today", "none-such", {"name": None}),
        Effect("attempt", 1, 2),
        Effect("endpoint_name", ENDPOINT, "other-ep"),
        Effect("kind", ["stdout"], ["errors"]),
        Effect("lines", 1, 2),
        Effect("max_bytes", 8, 1000),
        Effect("dest", LEFT_OUT, "tmp/results"),
        Effect("dest_policy", "keep", "fail", INTO, first=({**INTO, "name": "before"},)),
        Effect("dest_policy", "keep", "clean", INTO, first=({**INTO, "name": "before"},)),
    ),
    _logged,
    ENDED,
)
SCENES = (LOGS, STARTING, CREATING, WAITING, INFO, RESULTS, ONE_FOLDER)
