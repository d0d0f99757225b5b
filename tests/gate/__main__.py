"""Runs the tests, two steps at a time, and says what passed: `python -m tests.gate [STEP ...]`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from types import FrameType

from . import home, tree
from .environment import BUILD, tool_environment
from .steps import STEPS, Step

AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """How a step ended; `output` is all that its commands printed."""

    step: Step
    passed: bool
    seconds: float
    output: str


class Runner:
    """Runs steps and remembers the running commands, so that an interrupt ends them with all their children."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, step: Step) -> Outcome:
        """Run the commands of a step, one after the other, up to the first that fails."""
        started = time.monotonic()
        output = ""
        passed = True
        for command in step.commands:
            output += f"$ {' '.join(command)}\n"
            process = self._start(step, command)
            output += process.communicate()[0]
            with self._lock:
                self._running.discard(process)
            if process.returncode != 0:
                output += f"(ended with {process.returncode})\n"
                passed = False
                break
        (BUILD / "logs" / f"{step.name}.log").write_text(output)
        return Outcome(step, passed, time.monotonic() - started, output)

    def stop(self, signum: int, _frame: FrameType | None) -> None:
        """Signal handler: end everything, then the process."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                    os.killpg(process.pid, signal.SIGINT)  # pytest then stops its workspaces, too
        sys.exit(128 + signum)

    def _start(self, step: Step, command: list[str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise SystemExit(1)
            process = subprocess.Popen(
                command,
                cwd=tree.ROOT,
                env=tool_environment() | {"HOME": str(home.HOME)} | step.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
            return process


def main(names: list[str]) -> int:
    """Run the named steps, or all; returns the exit status.

    A step that this machine cannot run is reported, and fails the run only if it was named.
    """
    unknown = sorted(set(names) - {step.name for step in STEPS})
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are: {', '.join(step.name for step in STEPS)}")
        return 2
    chosen = [step for step in STEPS if (step.name in names if names else not step.on_request)]
    tree.lay()
    home.lay()
    (BUILD / "logs").mkdir(exist_ok=True)
    runner = Runner()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, runner.stop)
    missing = [step for step in chosen if step.missing]
    outcomes = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(runner.run, step) for step in chosen if step not in missing]):
            outcome = future.result()
            outcomes.append(outcome)
            if not outcome.passed or outcome.step.on_request:
                print(f"\n{outcome.output}", flush=True)
            verdict = "passed" if outcome.passed else "FAILED"
            print(f"{outcome.step.name:<15} {verdict} {outcome.seconds:6.1f} s", flush=True)
    for step in missing:
        print(f"{step.name:<15} NOT RUN: {step.missing}", flush=True)
    failed = sum(not outcome.passed for outcome in outcomes)
    print(f"\n{len(outcomes) - failed} passed, {failed} failed, {len(missing)} not run")
    return 1 if failed or (names and missing) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
