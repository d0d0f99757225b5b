"""One scoring process: imports the script, calls `init()` once, then `run()` for each mini batch it is handed.

A plain program that imports nothing of the emulator: `worker.py SETTINGS.json`. Orders come in on standard input and
answers go out on standard output, one JSON object a line. Both move to private descriptors before the script is
imported, so that it may read and print as it likes: what it prints goes to its own log files.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO


class BadReturn(TypeError):
    """`run()` returned something that is neither a list nor a data frame."""


class _Unobserved:
    """In place of an observer (observer.py) where a run has none."""

    def scored(self, files: list[str], text: str, returned: int, seconds: float) -> None:
        """Nothing is noted."""

    def failed(self, function: str, error: BaseException) -> None:
        """Nothing is noted."""


def main(settings_file: str) -> int:
    settings = json.loads(Path(settings_file).read_text(encoding="utf-8"))
    orders, answers = _private_channels(Path(settings["stdout"]), Path(settings["stderr"]))
    sys.argv = [settings["script"], *settings["arguments"]]
    logging.basicConfig(level=settings["logging_level"])
    observer, debug = _observer(settings), _debugger(settings)

    def answer(**fields: Any) -> None:
        answers.write(json.dumps(fields) + "\n")
        answers.flush()

    function = "the import"
    try:
        script = _load(Path(settings["script"]), Path(settings["code"]))
        function = "init()"
        script.init()
    except BaseException as error:  # a script may well call sys.exit(): that too is its failure
        observer.failed(function, error)
        described = _describe(error)
        debug(error)
        answer(event="broken", **described)
        return 1
    answer(event="ready")
    for line in orders:
        answer(**_score(script.run, json.loads(line), observer, debug))
    shutdown = getattr(script, "shutdown", None)
    if callable(shutdown):
        shutdown()
    return 0


def _private_channels(stdout: Path, stderr: Path) -> tuple[TextIO, TextIO]:
    """Move standard input and output out of the script's reach; its own output goes to the two files."""
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for descriptor, log in ((1, stdout), (2, stderr)):
        log.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(target, descriptor)
    return orders, answers


def _load(path: Path, code: Path) -> ModuleType:
    """Import the script by its path; its own folder and the code folder are importable, the emulator's is not."""
    sys.path[0:1] = list(dict.fromkeys([str(path.parent), str(code)]))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python file")
    script = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = script
    spec.loader.exec_module(script)
    for name in ("init", "run"):
        if not callable(getattr(script, name, None)):
            raise AttributeError(f"the entry script {path.name} has no function {name}()")
    return script


def _observer(settings: dict[str, Any]) -> Any:
    """The observer that the settings ask for; it is no module that the script could import by its name."""
    if "observed" not in settings:
        return _Unobserved()
    spec = importlib.util.spec_from_file_location("_observer", Path(__file__).with_name("observer.py"))
    if spec is None or spec.loader is None:
        raise ImportError("observer.py is not beside worker.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Observer(settings["observed"], settings["code"])


def _score(
    run: Callable[[list[str]], Any], order: dict[str, Any], observer: Any, debug: Callable[[BaseException], None]
) -> dict[str, Any]:
    """Run one mini batch; its rows go to the file the order names, their number into the answer."""
    began = time.monotonic()
    try:
        text, returned = appended_rows(run(list(order["files"])))
        Path(order["rows"]).write_text(text, encoding="utf-8")
    except BaseException as error:  # sys.exit() in the script fails its mini batch, no more
        observer.failed("run()", error)
        described = _describe(error)
        debug(error)
        return {"event": "failed", **described}
    observer.scored(order["files"], text, returned, time.monotonic() - began)
    return {"event": "done", "returned": returned}


def appended_rows(result: Any) -> tuple[str, int]:
    """Rows of an `append_row` file and how many items `run()` returned.

    Data frames become lines without header and index, values separated by one space; items of a list become lines by
    `str()`. Service fact: batch contract 6.5, 14.34; documented with the samples that read the file back.
    """
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(result, pandas.DataFrame):
        return result.to_csv(sep=" ", header=False, index=False, lineterminator="\n"), len(result)
    numpy = sys.modules.get("numpy")
    listed: tuple[type[Any], ...] = (list, tuple)
    if numpy is not None:
        listed += (numpy.ndarray,)
    if pandas is not None:
        listed += (pandas.Series,)
    if isinstance(result, listed):
        return "".join(f"{item}\n" for item in result), len(result)
    kind = type(result).__name__
    raise BadReturn(f"run() must return a list, an array or a pandas DataFrame, and returned {kind}")


def _debugger(settings: dict[str, Any]) -> Callable[[BaseException], None]:
    """Debugs the first error it gets at the terminal that the settings name, if they name one.

    pdb is imported here, before the script's folder may hide a module that it needs.
    """
    terminals = [settings["debugger"]] if "debugger" in settings else []
    if terminals:
        import pdb

    def debug(error: BaseException) -> None:
        if not terminals:
            return
        name = terminals.pop()
        with open(name, encoding="utf-8", errors="replace") as typed, open(name, "w", encoding="utf-8") as shown:
            debugger = pdb.Pdb(stdin=typed, stdout=shown)
            debugger.reset()
            debugger.interaction(None, error.__traceback__)

    return debug


def _describe(error: BaseException) -> dict[str, str]:
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    print(text, file=sys.stderr, flush=True)
    return {"error": f"{type(error).__name__}: {error}", "traceback": text}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
