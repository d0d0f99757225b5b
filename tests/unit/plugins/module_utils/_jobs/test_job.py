# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.job import JobKey, parse_job, parse_time

W = "/subscriptions/s0/resourceGroups/rg1/providers/Microsoft.MachineLearningServices/workspaces/ws1"
PLACE = "azureml://datastores/workspaceblobstore/paths/scores/p.csv"
STUDIO = "https://ml.azure.com/runs/c808?wsid=x"


def managed(**more: Any) -> dict[str, Any]:
    """The management view, as recorded (batch contract 6.1)."""
    properties = {
        "description": "Pipeline submission for endpoint: digits, deployment: blue.",
        "tags": {"azureml.batchrun": "true", "azureml.deploymentname": "blue"},
        "properties": {"azureml.parameters": json.dumps({"append_row_file_name": "p.csv", "output_uri": PLACE})},
        "displayName": "blue_store_3k1gd32x",
        "status": "Running",
        "experimentName": "digits",
        "services": {"Studio": {"endpoint": STUDIO}},
        "jobs": None,
        "inputs": None,
        "outputs": None,
        **more,
    }
    return {"id": f"{W}/jobs/c808", "name": "c808", "properties": properties, "systemData": {"createdAt": "t0"}}


def submitted(**more: Any) -> dict[str, Any]:
    """The scoring host's view, as recorded (batch contract 5.4)."""
    properties = {
        "status": "Preparing",
        "outputData": {"score": {"uri": PLACE, "jobOutputType": "UriFile"}},
        "interactionEndpoints": {"Studio": {"endpoint": STUDIO}},
        "tags": {"azureml.deploymentname": "blue", "azureml.jobtype": "azureml.batchjob"},
        "properties": {"azureml.parameters": "{}"},
        "name": "blue_store_3k1gd32x",
        **more,
    }
    return {"id": f"{W}/batchEndpoints/digits/deployments/blue/jobs/c808", "name": "c808", "properties": properties}


@pytest.mark.parametrize("body", [managed(), submitted()], ids=["management", "scoring host"])
def test_both_views_give_the_same_job(body: dict[str, Any]) -> None:
    job = parse_job(body)
    assert (job.name, job.display_name, job.endpoint, job.deployment) == (
        "c808",
        "blue_store_3k1gd32x",
        "digits",
        "blue",
    )
    assert job.outputs == {"score": PLACE}
    assert job.studio_url == STUDIO
    assert not job.has_ended


def test_an_experiment_of_its_own_does_not_hide_the_endpoint() -> None:
    assert parse_job(managed(experimentName="trials")).endpoint == "digits"
    assert parse_job(managed(description=None)).endpoint == "digits"


def test_a_job_that_is_no_scoring_job_belongs_to_no_endpoint() -> None:
    other = parse_job(managed(description="nightly", tags={}, experimentName="digits"))
    assert not JobKey("c808", "digits").matches(other)


@pytest.mark.parametrize("notes", [{}, {"azureml.parameters": "not JSON"}, {"azureml.parameters": "[]"}])
def test_parameters_may_be_missing_or_strange(notes: dict[str, str]) -> None:
    job = parse_job(managed(properties=notes))
    assert (job.outputs, job.file_name) == ({}, None)


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("Completed", True),
        ("Failed", True),
        ("Canceled", True),
        ("NotResponding", False),
        ("Paused", False),
        ("CancelRequested", False),
        ("Finalizing", False),
        ("Brewing", False),
    ],
)
def test_which_states_are_final(status: str, ended: bool) -> None:
    assert parse_job(managed(status=status)).has_ended is ended


def test_a_kept_key_decides() -> None:
    tags = {"azureml.batchrun": "true", "mlops.azureml.key": "today"}
    kept = parse_job(managed(tags=tags))
    place = frozenset({("workspaceblobstore", "scores/p.csv")})
    assert JobKey("today", "digits").matches(kept)
    assert JobKey("today", "DIGITS").matches(kept)
    assert not JobKey("other", "digits", place).matches(kept)
    assert not JobKey("today", "letters").matches(kept)
    in_properties = managed(properties={"mlops.azureml.key": "today"})
    assert JobKey("today", "digits").matches(parse_job(in_properties))


def test_without_a_tag_the_name_identifies_the_job_and_a_shared_output_does_not() -> None:
    job = parse_job(managed())
    assert JobKey("c808", "digits").matches(job)
    here, elsewhere = (
        JobKey("today", "digits", frozenset({("workspaceblobstore", path)}))
        for path in ("scores/p.csv", "scores/P.csv")
    )
    assert here.shares_output(job)
    assert not elsewhere.shares_output(job)
    assert not here.matches(job)
    assert not here.shares_output(parse_job(managed(tags={"azureml.batchrun": "true", "mlops.azureml.key": "other"})))


@pytest.mark.parametrize(
    ("text", "second"),
    [("2026-01-31T06:00:12.80314+00:00", 12), ("2026-01-31T06:00:12Z", 12), ("2026-01-31 06:00:12", 12), (None, None)],
)
def test_times_are_parsed_in_all_their_formats(text: str | None, second: int | None) -> None:
    moment = parse_time(text)
    assert (moment.second if moment else None) == second
    assert moment is None or moment.utcoffset() == datetime.timedelta(0)


def test_the_folder_of_a_key_is_recognized_in_any_datastore() -> None:
    key = JobKey("today", "Digits")
    own = {"azureml.parameters": json.dumps({"output_uri": f"azureml://datastores/any/paths/{key.folder}/p.csv"})}
    assert key.matches(parse_job(managed(properties=own)))
    longer = JobKey("today-2", "digits")
    assert not longer.matches(parse_job(managed(properties=own)))
