"""The demo: `python -m tests.demo`. Everything it makes lies in `.build/demo`.

Makes images of digits and models that read them, starts a local workspace, deploys one and scores the held-out images
with the collection's own playbook, does it again to show that nothing changes but the new job, releases a second model
and rolls back to the first one, deletes the endpoint, stops the workspace and draws a page of what came out. Exits with
1 when fewer than 95 % of the images were read right.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from tests.gate.environment import BUILD, tool_environment
from tests.installation.packages import REPOSITORY

from . import recap, report
from .make_digits import make_digits
from .train import train

ENOUGH = 0.95
FOLDER = BUILD / "demo"
STATE = FOLDER / "emulator"
COLLECTIONS = BUILD / "collections"
EMULATOR = [sys.executable, "-m", "tests.emulator"]


def main() -> None:
    """Run the whole demo; exits with a message when a step fails."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _leave)
    run([*EMULATOR, "down", "--state-dir", str(STATE)])  # of a demo that was killed
    shutil.rmtree(FOLDER, ignore_errors=True)  # the first time there is none
    with step("make the images of digits"):
        make_digits(FOLDER / "digits")
    with step("train the model"):
        train(FOLDER / "digits", FOLDER / "model")
    with step("train a second model"):
        train(FOLDER / "digits", FOLDER / "second_model", neurons=192)
    with step("build and install the collection"):
        install_collection()
    with workspace() as settings:
        with step("deploy and score"):
            first = play("deploy_and_score", settings)
        with step("deploy and score again"):
            second = play("deploy_and_score", settings)
        with step("release the second model"):
            released = play("release", settings, "release.yml")
        with step("roll back to the first one"):
            back = play("rollback", settings, "release.yml")
        with step("delete the endpoint"):
            play("teardown", settings)
    accuracy, page = draw(recap.custom_stats(first))
    print(f"\nRead right: {accuracy:.1%} of the held-out images.")
    print(f"Changed by the second run: {', '.join(recap.changed(second))}.")
    print(f"The page: {page}")
    outcomes = []
    for role, lines in (("batch_release", released), ("batch_rollback", back)):
        record = recap.custom_stats(lines)[f"{role}_result"]
        outcomes.append((record["kind"], record["status"]))
        print(f"The {record['kind']} to {record['deployment_name']}: {record['report']}")
    if accuracy < ENOUGH:
        sys.exit(f"Fewer than {ENOUGH:.0%} of the images were read right.")
    if outcomes != [("release", "released"), ("rollback", "released")]:
        sys.exit("The second model should have been released, and rolled back.")
    if len(recap.changed(second)) != 1:
        sys.exit("The second run should have changed nothing but the job that is new on every run.")


def install_collection() -> None:
    """Build the collection from the work tree and install it where the playbook finds it."""
    shutil.rmtree(FOLDER / "dist", ignore_errors=True)  # the first time there is none
    run(["ansible-galaxy", "collection", "build", "--output-path", str(FOLDER / "dist")])
    [artifact] = (FOLDER / "dist").glob("*.tar.gz")
    run(["ansible-galaxy", "collection", "install", "--force", "-p", str(COLLECTIONS), str(artifact)])


@contextlib.contextmanager
def workspace() -> Iterator[dict[str, str]]:
    """A local workspace while the block runs; yields the environment variables that lead to it."""
    try:
        with step("start a local workspace"):
            run([*EMULATOR, "up", "--state-dir", str(STATE)])
        yield dict(
            shlex.split(line.removeprefix("export "))[0].split("=", 1)
            for line in (STATE / "env").read_text(encoding="utf-8").splitlines()
        )
    finally:
        run([*EMULATOR, "down", "--state-dir", str(STATE)])


def play(name: str, settings: dict[str, str], variables: str = "vars.yml") -> list[str]:
    """Run a playbook of the collection, showing what it prints; returns the lines."""
    command = ["ansible-playbook", f"mlops.azureml.{name}", "-e", f"@tests/demo/{variables}"]
    print(f"\n$ {shlex.join(command)}", flush=True)
    environment = tool_environment() | settings
    environment |= {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    lines = []
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip("\n"))
                if "CUSTOM STATS" not in line and not line.startswith(recap.STATS):
                    print(line, end="", flush=True)
        except BaseException:  # an interrupt, too, ends the playbook
            process.terminate()
            raise
    if process.returncode != 0:
        sys.exit(f"The playbook failed; the local workspace's log is {STATE / 'log'}.")
    return lines


def draw(results: dict[str, Any]) -> tuple[float, Path]:
    """Draw the page; returns the accuracy and where the page is."""
    page = FOLDER / "page.html"
    (FOLDER / "results.json").write_text(json.dumps(results, indent=2), encoding="utf-8")
    return report.main(
        FOLDER / "results.json", FOLDER / "predictions" / "predictions.csv", FOLDER / "digits", page
    ), page


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    started = time.monotonic()
    yield
    print(f"{time.monotonic() - started:5.1f} s  {what}", flush=True)


def run(command: list[str]) -> None:
    """Run a command quietly; exits with what it printed when it fails."""
    done = subprocess.run(
        command,
        check=False,
        cwd=REPOSITORY,
        env=tool_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n`{shlex.join(command)}` ended with {done.returncode}.")


def _leave(signum: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signum)


if __name__ == "__main__":
    main()
