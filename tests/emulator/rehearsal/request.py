"""What is rehearsed: the values of the command line, checked before anything runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .local_files import names_below


class BadRequest(ValueError):
    """The rehearsal cannot begin; the message says why and what to do."""


@dataclass(frozen=True)
class Request:
    """A script with its model and input, and the settings of the deployment (batch contract 4.1)."""

    code: Path
    script: str
    model: Path | None
    input: Path
    output: Path | None
    output_file_name: str
    append_row: bool
    mini_batch_size: int
    processes: int
    max_tries: int
    timeout_seconds: float
    init_timeout_seconds: float
    error_threshold: int
    logging_level: str
    environment: Mapping[str, str]
    missing_packages: tuple[str, ...]
    """Packages of the conda file that this Python does not have."""
    thorough: bool
    terminal: str
    """The device at which the first exception is debugged; "" for none."""

    def files(self) -> list[str]:
        """The files to score, relative to the input folder, in the order in which a job scores them."""
        if self.input.is_file():
            return [self.input.name]
        return names_below(self.input)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of a rehearsal. Those of a deployment have the names and defaults of `az ml`."""
    option = command.add_argument
    option(
        "--code", type=Path, required=True, metavar="DIR", help="the code folder, without .git and virtual environments"
    )
    option("--script", required=True, metavar="FILE", help="the scoring script, relative to the code folder")
    option("--model", type=Path, metavar="PATH", help="file or folder of the model")
    option("--input", type=Path, required=True, metavar="PATH", help="a file, or the folder whose files are scored")
    option("--output", type=Path, metavar="DIR", help="folder for the predictions (default: they are only shown)")
    option("--conda", type=Path, metavar="FILE", help="conda file; packages that this Python lacks are named")
    option("--mini-batch-size", type=int, default=10, metavar="N", help="files of a mini batch (%(default)s)")
    option("--output-action", choices=("append_row", "summary_only"), default="append_row", help="(%(default)s)")
    option("--output-file-name", default="predictions.csv", metavar="FILE", help="(%(default)s)")
    option("--max-concurrency-per-instance", type=int, default=1, metavar="N", help="processes (%(default)s)")
    option("--max-retries", type=int, default=3, metavar="N", help="tries of a mini batch (%(default)s)")
    option("--timeout", type=float, default=30, metavar="S", help="time limit of a mini batch (%(default)s)")
    option("--init-timeout", type=float, default=300, metavar="S", help="time limit of init() here (%(default)s)")
    option("--error-threshold", type=int, default=-1, metavar="N", help="failed items allowed, -1: all (%(default)s)")
    option("--logging-level", choices=("DEBUG", "INFO", "WARNING"), default="INFO", help="(%(default)s)")
    option("--environment-variable", action="append", default=[], metavar="NAME=VALUE", help="repeatable")
    option("--thorough", action="store_true", help="score in other orders and other mini batches, too, and compare")
    option("--watch", action="store_true", help="rehearse again whenever a file changes, until Ctrl-C")
    option("--pdb", action="store_true", help="debug the first exception, in one process without retries and limits")


def read(options: argparse.Namespace) -> Request:
    """The request of a command line. Raises BadRequest."""
    code = _existing("--code", options.code, "Name the folder that holds the scoring script")
    if not code.is_dir():
        raise BadRequest(f"--code {options.code}: it is a file. Name the folder that holds the scoring script.")
    _check_script(code, options.script)
    model = options.model
    if model is not None:
        model = _existing("--model", model, "Name the file or folder of the model")
    return Request(
        code=code,
        script=Path(options.script).as_posix(),
        model=model,
        input=_input(options.input),
        output=_output(options.output, code, model, options.input),
        output_file_name=_file_name(options.output_file_name),
        append_row=options.output_action == "append_row",
        mini_batch_size=_at_least(1, "--mini-batch-size", options.mini_batch_size),
        processes=_at_least(1, "--max-concurrency-per-instance", options.max_concurrency_per_instance),
        max_tries=_at_least(1, "--max-retries", options.max_retries),
        timeout_seconds=_positive("--timeout", options.timeout),
        init_timeout_seconds=_positive("--init-timeout", options.init_timeout),
        error_threshold=_at_least(-1, "--error-threshold", options.error_threshold),
        logging_level=options.logging_level,
        environment=_variables(options.environment_variable),
        missing_packages=_missing_packages(options.conda),
        thorough=options.thorough,
        terminal=_terminal() if options.pdb else "",
    )


def _existing(option: str, path: Path, remedy: str) -> Path:
    if not path.exists():
        raise BadRequest(f"{option} {path}: there is no such file or folder. {remedy}.")
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise BadRequest(f"{option} {path}: it cannot be read. Change its permissions.")
    return Path(os.path.abspath(path))  # a link keeps its name


def _check_script(code: Path, name: str) -> None:
    script = code / name
    if not Path(os.path.normpath(script)).is_relative_to(code):
        raise BadRequest(f"--script {name}: it is outside the code folder {code}. Name it relative to that folder.")
    if not script.is_file():
        scripts = sorted(path.relative_to(code).as_posix() for path in code.glob("*.py"))
        there = f"The folder has {', '.join(scripts[:5])}" if scripts else "Its top has no Python file"
        raise BadRequest(f"--script {name}: there is no such file in {code}. {there}.")
    if script.suffix != ".py":
        raise BadRequest(f"--script {name}: it is not a Python file. Name a file that ends in .py.")


def _input(path: Path) -> Path:
    found = _existing("--input", path, "Name the file or folder to be scored")
    if found.is_dir() and not names_below(found):
        raise BadRequest(f"--input {path}: the folder has no files. Put at least one file into it.")
    return found


def _output(path: Path | None, *sources: Path | None) -> Path | None:
    """The folder for the predictions, which the next rehearsal may not take for a part of the `sources`."""
    if path is None:
        return None
    folder = Path(os.path.abspath(path))
    if folder.exists() and not folder.is_dir():
        raise BadRequest(f"--output {path}: it is a file. Name a folder.")
    for source in sources:
        if source is not None and folder.resolve().is_relative_to(source.resolve()):
            raise BadRequest(f"--output {path}: it is inside {source}, which is read. Name another folder.")
    exists = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(exists, os.W_OK):
        raise BadRequest(f"--output {path}: {exists} cannot be written. Name another folder.")
    return folder


def _file_name(name: str) -> str:
    if not name or Path(name).name != name:
        raise BadRequest(f"--output-file-name {name!r}: it is not the name of a file. Leave folders out.")
    return name


def _at_least(smallest: int, option: str, value: int) -> int:
    if value < smallest:
        raise BadRequest(f"{option} {value}: it is too small. Use {smallest} or more.")
    return value


def _positive(option: str, seconds: float) -> float:
    if not 0 < seconds < float("inf"):
        raise BadRequest(f"{option} {seconds:g}: it is no time limit. Use seconds above 0.")
    return seconds


def _variables(assignments: list[str]) -> dict[str, str]:
    found = {}
    for assignment in assignments:
        name, separator, value = assignment.partition("=")
        if not name or not separator or "\0" in assignment:
            raise BadRequest("--environment-variable: a value is not NAME=VALUE. Write the name, '=', and the value.")
        found[name] = value
    return found


def _terminal() -> str:
    try:
        return os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError) as error:  # ValueError: standard input is replaced or closed
        raise BadRequest("--pdb: standard input is not a terminal. Run the command in a terminal.") from error


def _missing_packages(conda: Path | None) -> tuple[str, ...]:
    if conda is None:
        return ()
    from ..runtime.packages import missing_packages  # `up` reads this file before PyYAML is installed

    path = _existing("--conda", conda, "Name the conda file of the environment")
    try:
        return tuple(missing_packages(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())
        raise BadRequest(f"--conda {conda}: {why}. Name the conda file of the environment.") from error
