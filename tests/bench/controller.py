# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task costs that changes nothing, inside the controller's worker and as a module, beside `debug` and `ping`.

`python -m tests.bench.controller [ROUNDS]`, in an environment with the tests' packages, with the collection on
ANSIBLE_COLLECTIONS_PATH. The cost of one task is the slope between a play of 10 and one of 40, (t40 - t10) / 30, so
that what a playbook costs once does not count; that is shown by itself. Two clocks: the wall's, which counts only on an
idle machine, and the processor's, of the run with all its children. Prints medians of the ratios of each round, and
their range; never fails. Linux.
"""

from __future__ import annotations

import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FEW, MANY = 10, 40
CLUSTER = {"name": "words-cluster", "size": "Standard_DS3_v2", "min_instances": 0, "max_instances": 2}
DEBUG, PING, WORKER, MODULE = "debug", "ping", "compute in the worker", "compute as a module"
TASKS: dict[str, dict[str, Any]] = {
    DEBUG: {"ansible.builtin.debug": {"msg": "nothing"}},
    PING: {"ansible.builtin.ping": {}},
    WORKER: {"mlops.azureml.compute": CLUSTER, "vars": {"azureml_execution": "controller"}},
    MODULE: {"mlops.azureml.compute": CLUSTER, "vars": {"azureml_execution": "module"}},
}
RATIOS = ((WORKER, DEBUG), (WORKER, PING), (MODULE, PING), (MODULE, WORKER))
# Seconds by the wall and by the processor.
Cost = tuple[float, float]


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emulator = [sys.executable, "-m", "tests.emulator"]
        state = ["--state-dir", str(folder / "emulator")]
        subprocess.run([*emulator, "up", *state, "--operation-seconds", "0.1"], cwd=ROOT, check=True)
        try:
            measure(folder, rounds)
        finally:
            subprocess.run([*emulator, "down", *state], cwd=ROOT, check=True)


def measure(folder: Path, rounds: int) -> None:
    lines = (folder / "emulator" / "env").read_text().splitlines()
    settings = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines)
    environment = {**os.environ, **settings, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    play(folder, environment, WORKER, 1)  # creates the cluster, and caches the token
    costs: dict[str, list[tuple[Cost, Cost]]] = {kind: [] for kind in TASKS}
    for _round in range(rounds):
        for kind, measured in costs.items():
            measured.append((play(folder, environment, kind, FEW), play(folder, environment, kind, MANY)))
    for clock, title in enumerate(("wall", "processor")):
        slopes = {
            kind: [(many[clock] - few[clock]) / (MANY - FEW) for few, many in measured]
            for kind, measured in costs.items()
        }
        print(f"\n{title}: milliseconds of a task, and of {FEW} with what a playbook costs once")
        for kind, measured in costs.items():
            few = statistics.median(few[clock] for few, _many in measured)
            print(f"{kind:>22} {1000 * statistics.median(slopes[kind]):8.1f} {1000 * few:8.0f}")
        for one, other in RATIOS:
            ratios = sorted(ours / theirs for ours, theirs in zip(slopes[one], slopes[other]))
            print(f"{one} / {other}: {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


def play(folder: Path, environment: dict[str, str], kind: str, tasks: int) -> Cost:
    """Run a play of so many equal tasks."""
    book = folder / "play.json"
    book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [TASKS[kind]] * tasks}]))
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "ansible", "playbook", str(book)]
    done = subprocess.run(
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stdout.decode())
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
