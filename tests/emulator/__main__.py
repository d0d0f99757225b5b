"""Command line: `up` and `down` an emulator, `score` without one; `serve` is what `up` runs in the background."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ..installation.environment import default_folder, enter
from . import daemon
from .daemon import MODULE
from .policies import Policies
from .rehearsal.request import add_options
from .workspace_name import WorkspaceName

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
DESCRIPTION = "Local Azure Machine Learning workspaces, on loopback only."
_NAMES = "[SUBSCRIPTION/]GROUP/NAME[@REGION]"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start an emulator in the background and print 'ready'")
    serve = commands.add_parser("serve", help="run in the foreground; used by 'up'")
    down = commands.add_parser("down", help="stop the emulator of a state directory")
    add_options(commands.add_parser("score", help="rehearse a scoring script, without an emulator"))
    for command in (up, serve, down):
        command.add_argument(
            "--state-dir", type=Path, default=default_folder("workspace"), help="its files (default: %(default)s)"
        )
    for command in (up, serve):
        command.add_argument("--port", type=int, default=0, help="port of the ARM host (default: a free one)")
        command.add_argument("--workspace", action="append", default=[], metavar=_NAMES, help="a workspace, repeatable")
        command.add_argument("--policy", action="append", default=[], metavar="NAME=VALUE", help="answer a question")
        command.add_argument("--operation-seconds", type=float, default=1.0, metavar="S", help="length of operations")
    serve.add_argument("--report", type=int, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        return _score(options) if options.command == "score" else _daemon(options)
    except (OSError, RuntimeError, ValueError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 1


def _daemon(options: argparse.Namespace) -> int:
    options.state_dir = options.state_dir.resolve()
    os.environ.setdefault("AZURITE_PREFIX", str(options.state_dir / "azurite"))
    return {"up": _up, "serve": _serve, "down": _down}[options.command](options)


def _score(options: argparse.Namespace) -> int:
    try:
        from .rehearsal.command import score
    except ModuleNotFoundError as error:  # no environment is made: the script needs the packages of this one
        raise RuntimeError(f"this Python lacks {error.name}. Install PyYAML in it.") from error
    try:
        return score(options)
    except KeyboardInterrupt:
        return 130


def _up(options: argparse.Namespace) -> int:
    _policies(options)
    _names(options)
    enter(options.state_dir, "emulator", REQUIREMENTS, MODULE)
    arguments = ["--state-dir", str(options.state_dir), "--port", str(options.port)]
    arguments += ["--operation-seconds", str(options.operation_seconds)]
    arguments += [word for name in options.workspace for word in ("--workspace", name)]
    arguments += [word for policy in options.policy for word in ("--policy", policy)]
    daemon.start(options.state_dir, arguments)
    print("ready", flush=True)
    return 0


def _serve(options: argparse.Namespace) -> int:
    from . import server
    from .settings import Settings

    def settings_for(ports: Mapping[str, int]) -> list[Settings]:
        own = Settings(
            state_dir=options.state_dir,
            ports=ports,
            operation_seconds=options.operation_seconds,
            policies=_policies(options),
        )
        first, *others = _names(options) or [WorkspaceName(own.resource_group, own.workspace_name)]
        own = own.beside(first)
        return [own, *map(own.beside, others)]

    server.run(options.state_dir, options.port, options.report, settings_for)
    return 0


def _down(options: argparse.Namespace) -> int:
    daemon.stop(options.state_dir)
    return 0


def _names(options: argparse.Namespace) -> list[WorkspaceName]:
    return [WorkspaceName.parse(text) for text in options.workspace]


def _policies(options: argparse.Namespace) -> Policies:
    answers = {}
    for assignment in options.policy:
        name, separator, value = assignment.partition("=")
        if not separator:
            raise ValueError(f"--policy takes NAME=VALUE, not '{assignment}'")
        answers[name] = value
    return Policies(answers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
