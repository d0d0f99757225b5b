# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that has a goal, side by side on one local workspace: `make bench`.

`python -m tests.bench [--only ROW] [--rounds N] [--fleet N] [--to DIR]`. Each round measures a row and what it is
compared with one after the other; shown are medians of the ratios of the rounds. Writes `bench.json` and `bench.html`.
A goal that is missed is shown as missed, and fails nothing. Linux.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
from pathlib import Path
from typing import Any

from ansible.release import __version__ as core

from tests.gate import tree

from .playbooks import CONTROLLER, Cost, Playbooks, local_workspace
from .report import Measured, as_json, page, table
from .rows import OURS, ROWS, Round, Row


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=[row.key for row in ROWS], help="a row, repeatable")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fleet", type=int, default=200, metavar="HOSTS", help="hosts of the row fleet")
    parser.add_argument("--to", type=Path, default=Path(".build/bench"), metavar="DIR", help="where the files go")
    how = parser.parse_args()
    rows = [row for row in ROWS if how.only is None or row.key in how.only]
    tree.lay()
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(tree.PARENT)
    before = os.getloadavg()[0]
    about: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "ansible-core": core,
        "Python": platform.python_version(),
        "processors": os.cpu_count(),
        "load before": round(before, 1),
        "rounds": how.rounds,
        "fleet": how.fleet,
    }
    with local_workspace() as playbooks:
        results = measured(rows, playbooks, how.rounds, how.fleet)
        print(table(results), flush=True)
        how.to.mkdir(parents=True, exist_ok=True)
        (how.to / "bench.json").write_text(as_json(results, about))
        (how.to / "bench.html").write_text(page(results, about))
        print(f"\n{how.to / 'bench.html'}, {how.to / 'bench.json'}; the load before was {before:.1f}", flush=True)


def measured(rows: list[Row], playbooks: Playbooks, rounds: int, fleet: int) -> list[Measured]:
    """The values of each row in each round."""
    playbooks.play([OURS])  # creates the cluster
    if any(row.key in ("deploy", "fleet") for row in rows):
        Round(playbooks, fleet).deployed(CONTROLLER)
    costs: dict[str, list[Cost | float]] = {row.key: [] for row in rows}
    for number in range(rounds):
        this = Round(playbooks, fleet)
        for row in rows:
            if row.measure is not None and number < (row.rounds or rounds):
                costs[row.key].append(row.measure(this))
                print(f"round {number + 1}: {row.key}", flush=True)
    return [Measured.of(row, costs[row.key]) for row in rows]


if __name__ == "__main__":
    main()
