"""Several runs that publish under one name at the same time: one version for each content, however lists lag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

from .engine import Done, Engine
from .local_workspace import LocalWorkspace

RUNS = 5
LAGGING = ((CODE, "30"), (MODEL, "0"), (DATA, "30"), (ENVIRONMENT, "0"))


@pytest.fixture
def lagging(workspace: LocalWorkspace) -> Iterator[LocalWorkspace]:
    """An empty workspace, whose lists do not lag any more when the test has ended."""
    yield workspace
    workspace.control.post("/emulator/policies", json={"list_lag": "0"}).raise_for_status()


@pytest.mark.parametrize("alike", [True, False], ids=["same content", "different contents"])
@pytest.mark.parametrize(("asset", "lag"), LAGGING, ids=lambda one: getattr(one, "name", one))
def test_one_version_for_each_content(lagging: LocalWorkspace, tmp_path: Path, asset, lag: str, alike: bool) -> None:
    lagging.control.post("/emulator/policies", json={"list_lag": lag}).raise_for_status()
    engine = Engine(lagging.settings, tmp_path / "cache")
    tasks = [publishing(engine, asset, folder(tmp_path, 0 if alike else number)) for number in range(RUNS)]
    outcomes = engine.at_once(*tasks)

    assert not any(failed for _changed, failed in outcomes)
    current = [path for path in lagging.current if "/versions/" in path]
    assert len(current) == (1 if alike else RUNS)
    assert any(changed for changed, _failed in outcomes) if alike else all(changed for changed, _failed in outcomes)
    lagging.forget()
    assert not any(task().changed for task in tasks)
    assert lagging.writes == []


def folder(above: Path, number: int) -> Path:
    made = above / f"content {number}"
    made.mkdir(exist_ok=True)
    (made / "Dockerfile").write_text(f"FROM library/python:3.{number}\n")
    return made


def publishing(engine: Engine, asset, content: Path) -> Callable[[], Done]:
    place = {"path": str(content)}
    options = {"build": place} if asset is ENVIRONMENT else place
    return lambda: engine.run(Publish(asset), name="shared", **options)
