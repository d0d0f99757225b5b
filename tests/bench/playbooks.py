# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks against a local workspace of their own, and what they cost."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
CONTROLLER, MODULE = "controller", "module"


class Cost(NamedTuple):
    """Seconds by the wall's clock, which count only on an idle machine, and by the processor's, with all children."""

    wall: float
    processor: float

    def over(self, other: Cost) -> Cost:
        """The ratio of two costs, by each clock."""
        return Cost(self.wall / other.wall, self.processor / other.processor)

    def slope(self, few: Cost, tasks: int) -> Cost:
        """The cost of one task more."""
        return Cost((self.wall - few.wall) / tasks, (self.processor - few.processor) / tasks)


class Playbooks:
    """Runs plays against the workspace."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self.settings = settings
        self._environment = {
            **os.environ,
            **settings,
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }

    def play(
        self,
        tasks: list[dict[str, Any]],
        *,
        hosts: int = 0,
        forks: int = 5,
        execution: str = CONTROLLER,
        interpreter: str = sys.executable,
        variables: dict[str, Any] | None = None,
    ) -> Cost:
        """Run tasks on localhost, or on so many hosts of this machine. Ends the program if the play fails."""
        names = [f"host{number}" for number in range(hosts)]
        (self._folder / "hosts").write_text("".join(f"{name} ansible_connection=local\n" for name in names))
        play = {"hosts": "all" if hosts else "localhost", "gather_facts": False, "tasks": tasks}
        (self._folder / "play.json").write_text(json.dumps([play]))
        known = {**(variables or {}), "azureml_execution": execution, "ansible_python_interpreter": interpreter}
        (self._folder / "variables.json").write_text(json.dumps(known))
        command = [sys.executable, "-m", "ansible", "playbook", "play.json", "-f", str(forks), "-e", "@variables.json"]
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(
            [*command, *(["-i", "hosts"] if hosts else [])],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(done.stdout.decode())
        return Cost(seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


@contextlib.contextmanager
def local_workspace() -> Iterator[Playbooks]:
    """A workspace that is removed afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emulator = [sys.executable, "-m", "tests.emulator"]
        state = ["--state-dir", str(folder / "emulator")]
        subprocess.run([*emulator, "up", *state, "--operation-seconds", "0.1"], cwd=ROOT, check=True)
        try:
            lines = (folder / "emulator" / "env").read_text().splitlines()
            settings = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines)
            yield Playbooks(folder, settings)
        finally:
            subprocess.run([*emulator, "down", *state], cwd=ROOT, check=True)
