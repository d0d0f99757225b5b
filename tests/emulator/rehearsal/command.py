"""The command `score`: rehearses once, and prints the report."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper

from .comparison import compared
from .findings import findings
from .outcome import run
from .report import is_good, lines
from .request import BadRequest, read
from .watch import changes


def score(options: argparse.Namespace) -> int:
    """Rehearse once, or with `--watch` again after each change until Ctrl-C. The status is that of `_once`."""
    if not options.watch:
        return _once(options)
    paths = [options.code, options.input, options.model, options.conda]
    for _change in changes([path for path in paths if path is not None]):
        _once(options)
        print("Waiting for a change of code, input, model or conda file.", file=sys.stderr, flush=True)
    raise AssertionError("changes() never ends")


def _once(options: argparse.Namespace) -> int:
    """Rehearse as the command line says; 0 if the job would complete with every item, else 1.

    The report goes to standard output, what the script prints to standard error.
    """
    try:
        request = read(options)
    except BadRequest as error:
        print(f"error: {error}")
        return 1
    outcome = run(request, sys.stderr, request.mini_batch_size)
    files = request.files()
    found = findings(request, outcome, files)
    if request.thorough:
        found += compared(request, outcome, files)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # rows may have what the terminal has not
    for line in lines(request, outcome, found):
        print(line, flush=True)
    return 0 if is_good(outcome, found) else 1
