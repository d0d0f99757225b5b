"""A local workspace for the whole session, and playbooks run against it."""

from __future__ import annotations

import itertools
import os
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .engine import COUNTS, Engine
from .local_workspace import LocalWorkspace
from .plays import Played, play_book
from .prepared import prepare

ROOT = Path(__file__).parents[2]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the totals of the tests that count what they try, over all processes."""
    told: Counter[str] = Counter()
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, "when", None) == "teardown":
            told.update(dict(report.user_properties).get(COUNTS, {}))
    for what, number in sorted(told.items()):
        terminalreporter.write_line(f"{number:>6} {what}")


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """The emulator, started as a user would start it, in the environment that EMULATOR_PYTHON names or in this one."""
    state = tmp_path_factory.mktemp("emulator")
    command = [os.environ.get("EMULATOR_PYTHON") or sys.executable, "-m", "tests.emulator"]
    subprocess.run(
        [*command, "up", "--state-dir", str(state), "--operation-seconds", "0.2"],
        cwd=ROOT,
        check=True,
        timeout=300,
    )
    lines = (state / "env").read_text().splitlines()
    settings = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines if line)
    try:
        yield LocalWorkspace(settings)
    finally:
        subprocess.run([*command, "down", "--state-dir", str(state)], cwd=ROOT, check=True, timeout=60)


@pytest.fixture
def environment(started: LocalWorkspace, tmp_path: Path) -> dict[str, str]:
    """What a shell of the user holds: the settings of the workspace, and a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return {**os.environ, **started.settings, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}


@pytest.fixture
def execution(request: pytest.FixtureRequest) -> str:
    """How tasks run: as EXECUTION says, else as modules in the tests that are marked so, else where they can."""
    marked = "module" if request.node.get_closest_marker("as_module") else "auto"
    return os.environ.get("EXECUTION") or marked


@pytest.fixture
def play(environment: dict[str, str], tmp_path: Path, execution: str) -> Callable[..., Played]:
    """Run a playbook by name (``mlops.azureml.deploy``) or a list of tasks; see ``play_book``."""

    def run(
        what: str | list[dict],
        *flags: str,
        settings: dict[str, str | None] | None = None,
        until: Callable[[], bool] | None = None,
        strike: signal.Signals | None = None,
        **variables: object,
    ) -> Played:
        mine = {name: value for name, value in {**environment, **(settings or {})}.items() if value is not None}
        variables = {"azureml_execution": execution, **variables}
        how = {"environment": mine, "variables": variables, "until": until, "strike": strike}
        return play_book(what, *flags, folder=tmp_path, **how)

    return run


@pytest.fixture
def workspace(started: LocalWorkspace) -> LocalWorkspace:
    """An empty workspace with an empty journal."""
    started.reset()
    return started


@pytest.fixture
def deployed(started: LocalWorkspace, tmp_path: Path) -> LocalWorkspace:
    """A workspace in which the story's deployments and data exist, with an empty journal.

    It is shared: a test that changes resources of others takes ``spoiled``.
    """
    if not started.is_deployed:
        started.reset()
        started.pages = prepare(Engine(started.settings, tmp_path / "cache_of_preparation"))
        started.is_deployed = True
    started.forget()
    return started


@pytest.fixture
def spoiled(deployed: LocalWorkspace) -> LocalWorkspace:
    """The same, for a test that leaves it changed."""
    deployed.is_deployed = False
    return deployed
