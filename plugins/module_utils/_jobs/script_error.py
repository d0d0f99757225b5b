# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The first error of a scoring script, with file and line, from the tracebacks in its logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from .._names.redaction import redact_all
from .logs import cut, printable

SCRIPT_ERRORS = "logs/user/error/"
"""Where each process logs its tracebacks in full. Service fact: batch contract 6.2."""

_BEGIN = "Traceback (most recent call last):"
_FRAME = re.compile(r'\s+File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)')
_ERROR = re.compile(r"[A-Za-z_][\w.]*(?:: .*)?$")
_LIBRARIES = ("site-packages", "dist-packages", "/lib/python", "azureml", "emulator/runtime", "<frozen")


@dataclass(frozen=True)
class ScriptError:
    """An exception of the script: its own text, and the innermost frame that is the script's."""

    error: str
    file: str
    line: int
    function: str
    traceback: list[str]

    @property
    def in_words(self) -> str:
        """``AttributeError: no attribute 'x' (score.py, line 12, in run)``."""
        return f"{cut(printable(self.error))} ({self.file}, line {self.line}, in {self.function})"

    @property
    def shown_traceback(self) -> list[str]:
        """The lines of the traceback, without secrets and control characters."""
        return [cut(printable(line)) for line in redact_all(self.traceback)]


def first_script_error(text: str) -> ScriptError | None:
    """The first traceback in a log that runs through the script; None if there is none."""
    return next(script_errors(text), None)


def script_errors(text: str) -> Iterator[ScriptError]:
    """The tracebacks in a log that run through the script."""
    lines = text.splitlines()
    begins = [number for number, line in enumerate(lines) if line.strip() == _BEGIN]
    return filter(None, (_traceback(lines[begin:end]) for begin, end in zip(begins, [*begins[1:], len(lines)])))


def _traceback(lines: list[str]) -> ScriptError | None:
    """The exception of a traceback at the beginning of these lines, if a frame of it is the script's."""
    frames = []
    for number, line in enumerate(lines[1:], start=1):
        if frame := _FRAME.match(line):
            frames.append(frame)
        elif line[:1].strip():  # the first line that is not indented is the exception
            own = [frame for frame in frames if not any(part in frame["file"] for part in _LIBRARIES)]
            if not own or not _ERROR.match(line):
                return None
            file, at = PurePosixPath(own[-1]["file"]).name, int(own[-1]["line"])
            return ScriptError(line, file, at, own[-1]["function"], lines[: number + 1])
    return None
