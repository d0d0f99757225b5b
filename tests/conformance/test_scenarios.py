"""The scenarios of public suites, as each client plays them: the SDK, our modules, azure.azcollection's modules."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.policies import POLICIES
from tests.integration.local_workspace import LocalWorkspace

from .conftest import HERE, Run, Tasks
from .environments import python_of
from .replays.replay import Stage
from .scenarios.expected import differences
from .scenarios.modules import Modules
from .scenarios.neighbour import answers_of, playbook
from .scenarios.scenario import CLIENTS, Scenario, Step, load

SCENARIOS = load()
Answers = dict[str, list[dict[str, Any]]]


def played_by(client: str) -> list[Any]:
    """The scenarios of a client, as parameters of a test; `make test` plays a slice."""
    return [
        pytest.param(one, id=one.name, marks=() if one.quick else pytest.mark.on_request)
        for one in SCENARIOS
        if client in one.clients
    ]


def selected(request: pytest.FixtureRequest, test: str) -> list[Scenario]:
    """The scenarios of the tests of that name that this session runs."""
    calls = [getattr(item, "callspec", None) for item in request.session.items if item.name.startswith(f"{test}[")]
    found = {call.params["scenario"].name: call.params["scenario"] for call in calls if call}
    return list(found.values())


@pytest.fixture(scope="module")
def recorded(started: LocalWorkspace) -> Iterator[LocalWorkspace]:
    """An empty workspace that answers as the service was recorded, whatever the other tests run with."""
    started.reset()
    answers = started.control.get("/emulator/policies").raise_for_status().json()
    started.control.post("/emulator/policies", json={one.name: one.default for one in POLICIES}).raise_for_status()
    yield started
    started.control.post("/emulator/policies", json=answers).raise_for_status()
    started.reset()


@pytest.fixture(scope="module", params=["sdk", pytest.param("sdk-1.31", marks=pytest.mark.on_request)])
def sdk(
    request: pytest.FixtureRequest, run: Run, recorded: LocalWorkspace, tmp_path_factory: pytest.TempPathFactory
) -> Answers:
    """What one version of the SDK showed in each step of each scenario, played in one process."""
    host = Stage(recorded.settings).words["api"]
    recorded.reset()
    base = tmp_path_factory.mktemp("scenarios")
    asked = {}
    for scenario in selected(request, "test_the_sdk_plays"):
        folder = base / scenario.name
        folder.mkdir()
        scenario.prepare(folder)
        steps = [dataclasses.asdict(step) for step in scenario.steps_of("sdk", folder)]
        asked[scenario.name] = {"folder": str(folder), "steps": steps}
    (base / "scenarios.json").write_text(json.dumps(asked))
    client = HERE / "clients" / "sdk_scenarios.py"
    variables = {"REGISTRY_DISCOVERY_ENDPOINT_URL": host}  # where the SDK finds the registries of another cloud
    run(python_of(request.param), client, base / "scenarios.json", base / "answers.json", **variables)
    answers: Answers = json.loads((base / "answers.json").read_text())
    return answers


def check(client: str, scenario: Scenario, answers: list[dict[str, Any]], folder: Path) -> None:
    """Every step showed what it should."""
    earlier: dict[str, Any] = {}
    steps = scenario.steps_of(client, folder)
    pairs = zip(steps, answers, strict=True)
    assert [line for step, answer in pairs for line in differences(step, answer, earlier)] == []


def test_scenarios_are_well_formed() -> None:
    """No two have one name, and each says why our modules do not play it."""
    assert len({one.name for one in SCENARIOS}) == len(SCENARIOS)
    for one in SCENARIOS:
        assert set(one.clients) <= set(CLIENTS), one.name
        assert "modules" in one.clients or one.because, one.name
        for client in one.clients:
            assert one.steps_of(client, Path("folder")), one.name


@pytest.mark.parametrize(
    ("expected", "answer", "line"),
    [
        ({"shows": {"a": {"b": 1}}}, {"shown": {"a": {"b": 2, "c": 3}}}, "read model.a.b: 2 instead of 1"),
        ({"shows": {"a": "~/b$"}}, {"shown": {"a": "/b/c"}}, "read model.a: '/b/c' does not match '/b$'"),
        ({"shows": {"a": 1}}, {"shown": None}, "read model: None instead of {'a': 1}"),
        ({"versions": ["1"]}, {"listed": [{"name": "m", "version": 2}]}, "read model: versions ['2'] instead of ['1']"),
        ({"has": ["n"]}, {"listed": [{"name": "m"}]}, "read model: n is not among ['m']"),
        ({"lacks": ["m"]}, {"listed": [{"name": "m"}]}, "read model: m is among ['m']"),
        ({"like": {"first": ["id"]}}, {"shown": {"id": 2}}, "read model: id is 2, it was 1"),
        ({}, {"refused": "No"}, "read model: No"),
        ({"refused": "taken"}, {"refused": "No"}, "read model: not refused as expected: {'refused': 'No'}"),
        ({"refused": "taken"}, {"shown": {}}, "read model: not refused as expected: {'shown': {}}"),
    ],
)
def test_differences_are_found(expected: dict[str, Any], answer: dict[str, Any], line: str) -> None:
    step = Step("read", "model", {}, {}, expected)
    assert differences(step, answer, {"first": {"id": 1}}) == [line]


@pytest.mark.parametrize("scenario", played_by("sdk"))
def test_the_sdk_plays(scenario: Scenario, sdk: Answers, tmp_path: Path) -> None:
    check("sdk", scenario, sdk[scenario.name], tmp_path)


@pytest.fixture(scope="module")
def empty(started: LocalWorkspace) -> LocalWorkspace:
    started.reset()
    return started


@pytest.mark.parametrize("scenario", played_by("modules"))
def test_our_modules_play(scenario: Scenario, empty: LocalWorkspace, tmp_path: Path) -> None:
    scenario.prepare(tmp_path)
    play = Modules(empty, tmp_path)
    earlier: dict[str, Any] = {}
    for step in scenario.steps_of("modules", tmp_path):
        assert differences(step, play(step), earlier) == []


@pytest.fixture(scope="module")
def of_the_neighbour(
    request: pytest.FixtureRequest,
    recorded: LocalWorkspace,
    neighbour: Callable[..., Tasks],
    tmp_path_factory: pytest.TempPathFactory,
) -> Answers:
    """What its modules showed, all scenarios in one playbook."""
    recorded.reset()
    base = tmp_path_factory.mktemp("neighbour")
    scenarios = selected(request, "test_the_neighbour_plays")
    book = base / "play.json"
    book.write_text(json.dumps(playbook(scenarios, base)))
    return answers_of(scenarios, base, neighbour(book))


@pytest.mark.on_request
@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if "neighbour" in one.clients], ids=lambda one: one.name)
def test_the_neighbour_plays(scenario: Scenario, of_the_neighbour: Answers, tmp_path: Path) -> None:
    check("neighbour", scenario, of_the_neighbour[scenario.name], tmp_path)
