"""Compute instances over time."""

from __future__ import annotations

import pytest

INSTANCE = {
    "location": "eastus",
    "properties": {
        "computeType": "ComputeInstance",
        "properties": {"vmSize": "STANDARD_DS3_V2", "idleTimeBeforeShutdown": "PT30M"},
    },
}
STABLE = "2025-12-01"


@pytest.fixture
def instance(workspace):
    workspace.done(workspace.send("PUT", "computes/ci1", INSTANCE, api_version=STABLE))
    return workspace


def inner(workspace, version=STABLE):
    return workspace.get("computes/ci1", api_version=version)["properties"]["properties"]


def test_what_was_sent_is_answered(instance):
    reported = inner(instance)
    assert (reported["vmSize"], reported["state"]) == ("STANDARD_DS3_V2", "Running")


@pytest.mark.parametrize(
    ("version", "reported"), [(STABLE, "PT30M"), ("2024-10-01", None), ("2023-08-01-preview", "PT30M")]
)
def test_the_idle_time_is_returned_by_the_versions_that_know_it(instance, version, reported):
    """Service fact: asset contract 1.3."""
    assert inner(instance, version).get("idleTimeBeforeShutdown") == reported


@pytest.mark.parametrize(
    ("action", "during", "after"), [("stop", "Stopping", "Stopped"), ("start", "Starting", "Running")]
)
def test_an_action_takes_its_time(instance, action, during, after):
    answer = instance.send("POST", f"computes/ci1/{action}", api_version=STABLE)
    assert inner(instance)["state"] == during
    instance.done(answer)
    assert inner(instance)["state"] == after
