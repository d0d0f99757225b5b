# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `batch_job_check` takes for two jobs of 1,000,000 rows each: `python -m tests.bench.job_check`.

Checks five rules, compares all rows by key with those of the other job, which has them in another order, and scores
them against as many expected values. Each task runs in a process of its own, with all that the module imports; the
files are read from this host in place of storage. Prints the peak of the memory, and the time of the processor beside
that of reading the files once with the csv library. Exits with status 1 when the memory is above its limit. Linux;
needs the collection on the path, as the tests do.
"""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROWS = 1_000_000
MOST_MEGABYTES = 100
COLUMNS = ["file", "digit", "probability"]
RULES: list[dict[str, Any]] = [
    {"column": "file", "pattern": r"image-\d+\.png"},
    {"column": "digit", "not_null": True, "allowed": list(range(10)), "value": 7, "min_share": 0.05},
    {"column": "probability", "min": 0, "max": 1},
]
KEY = {"key_column": "file"}
TASKS: dict[str, tuple[int, dict[str, Any]]] = {
    "rules": (1, {"rules": RULES}),
    "rules and unique keys": (1, {"rules": RULES, **KEY}),
    "comparison by position": (2, {"compare_to": {"name": "same", "tolerance": 0.001}}),
    "rules, comparison by key": (2, {"rules": RULES, **KEY, "compare_to": {"name": "other", "tolerance": 0.001}}),
    "the same with expected values": (
        3,
        {
            **KEY,
            "rules": RULES,
            "compare_to": {"name": "other", "tolerance": 0.001},
            "expected": {"column": "digit", "columns": COLUMNS, "accuracy": {"min": 1.0, "max_loss": 0.0}},
        },
    ),
}


def write(folder: Path) -> None:
    """The rows of three jobs: two with equal files, and one with the rows in another order."""
    lines = [f"image-{number:07}.png,{number % 10},{number / ROWS:.6f}\n" for number in range(ROWS)]
    for name in ("today", "same"):
        (folder / name).write_text("".join(lines), encoding="utf-8")
    random.Random(1).shuffle(lines)  # noqa: S311 - the same order each time
    (folder / "other").write_text("".join(lines), encoding="utf-8")


def read_with_csv(folder: Path, files: int) -> float:
    """Seconds of the processor for as many files."""
    begin = time.process_time()
    for name in ("today", "other", "same")[:files]:
        with (folder / name).open(newline="", encoding="utf-8") as stream:
            for _row in csv.reader(stream):
                pass
    return time.process_time() - begin


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in pieces as the library for storage reads them."""
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk


def run_task(folder: Path, task: str) -> None:
    """Run one task in this process, and print seconds of the processor and the peak of the memory in megabytes."""
    import azure.storage.blob  # noqa: F401 - the module imports it to reach storage
    import httpx  # noqa: F401 - and this to reach the service
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
    from ansible_collections.mlops.azureml.plugins.module_utils._checks.check import check_rows
    from ansible_collections.mlops.azureml.plugins.module_utils._checks.rule_options import read_rules
    from ansible_collections.mlops.azureml.plugins.module_utils._operations.check_job import CheckJob
    from ansible_collections.mlops.azureml.plugins.module_utils._rows import read
    from ansible_collections.mlops.azureml.plugins.module_utils._rows.row_format import RowOptions
    from ansible_collections.mlops.azureml.plugins.modules import batch_job_check  # noqa: F401 - its imports

    task_options = {"name": "today", "columns": COLUMNS, **TASKS[task][1]}
    if "expected" in task_options:
        task_options["expected"] = {**task_options["expected"], "file": str(folder / "same")}
    validated = ArgumentSpecValidator(CheckJob().spec().arguments).validate(task_options)
    assert not validated.error_messages, validated.error_messages
    options = validated.validated_parameters
    begin = time.process_time()
    sources = ["today", options["compare_to"] and options["compare_to"]["name"], options["expected"] and "same"]
    rows = [read.rows(chunks(folder / name), RowOptions(columns=COLUMNS)) if name else None for name in sources]
    assert rows[0] is not None
    checked = check_rows(read_rules(options), rows[0], rows[1], rows[2])
    seconds = time.process_time() - begin
    assert checked.passed, [verdict.message for verdict in checked.verdicts if not verdict.passed]
    assert checked.row_count == ROWS
    memory = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert memory is not None
    print(json.dumps({"seconds": seconds, "megabytes": int(memory[1]) / 1024}))


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        print(f"{'task':<32} {'files':>5} {'csv':>7} {'check':>8} {'ratio':>6} {'memory':>8}")
        for task, (files, _options) in TASKS.items():
            plain = read_with_csv(folder, files)
            child = [sys.executable, "-m", __spec__.name, name, task]
            done = subprocess.run(child, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            ratio = found["seconds"] / plain
            missed += found["megabytes"] > MOST_MEGABYTES
            print(
                f"{task:<32} {files:>5} {plain:>5.2f} s {found['seconds']:>6.2f} s {ratio:>6.1f} "
                f"{found['megabytes']:>5.0f} MB"
            )
    print(f"{missed} of {len(TASKS)} tasks took more than {MOST_MEGABYTES} MB")
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_task(Path(sys.argv[1]), sys.argv[2])
    else:
        sys.exit(main())
