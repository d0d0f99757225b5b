# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No option of the modules for scoring jobs is ignored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.effects import Effect, Scene
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.job_effects import SCENES
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.test_effects import outcome
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import Storage

Prepare = Callable[[Bench], Storage]


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Gives a bench a storage that takes notes and holds what the jobs score, and jobs pauses without jitter."""

    def one(bench: Bench) -> Storage:
        bench.storage = storage = Storage({"pages/1.txt": b"words"})
        monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
        monkeypatch.setattr(wait, "jittered", lambda seconds: seconds)
        return storage

    return one


def cases() -> Iterator[Any]:
    for scene in SCENES:
        for effect in scene.effects:
            yield pytest.param(scene, effect, id=f"{scene.module}: {effect.option}")


@pytest.mark.parametrize(("scene", "effect"), list(cases()))
def test_an_option_makes_a_difference(
    opened: Open, prepare: Prepare, tmp_path: Path, scene: Scene, effect: Effect
) -> None:
    outcomes = []
    for value in (effect.one, effect.other):
        bench = opened(**scene.policies)
        storage = prepare(bench)
        folder = tmp_path / str(len(outcomes))
        done = outcome_in(folder, bench, scene, effect, value)
        outcomes.append((done, storage.blobs, storage.notes.keys(), files_below(folder)))
    assert outcomes[0] != outcomes[1]


def outcome_in(folder: Path, bench: Bench, scene: Scene, effect: Effect, value: Any) -> str:
    """The outcome, with all local folders of the tasks below this one."""
    also, *first = (placed(task, folder) for task in (effect.also, *effect.first))
    here = dataclasses.replace(effect, also=also, first=tuple(first))
    return outcome(bench, scene, here, placed({"it": value}, folder)["it"]).replace(str(folder), "")


def placed(task: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The task, with local folders of its options below this one."""
    return {option: str(folder / value) if str(value).startswith("tmp/") else value for option, value in task.items()}


def files_below(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.module)
def test_equal_tasks_come_out_equal(opened: Open, prepare: Prepare, tmp_path: Path, scene: Scene) -> None:
    outcomes = []
    for time in range(2):
        bench = opened(**scene.policies)
        prepare(bench)
        outcomes.append(outcome_in(tmp_path / str(time), bench, scene, scene.effects[0], scene.effects[0].one))
    assert outcomes[0] == outcomes[1]
