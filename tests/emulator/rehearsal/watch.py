"""Waits for files to change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from .local_files import names_below

_SECONDS = 0.2


def changes(paths: list[Path]) -> Iterator[None]:
    """Yield at once, and again whenever a file at or below one of the paths has changed, is new or was deleted."""
    seen = _state(paths)
    yield
    while True:
        time.sleep(_SECONDS)
        state = _state(paths)
        if state != seen:
            seen = state
            yield


def _state(paths: list[Path]) -> dict[Path, tuple[int, int]]:
    """Time and size of each file."""
    state = {}
    for path in paths:
        for file in [path / name for name in names_below(path)] if path.is_dir() else [path]:
            try:
                found = file.stat()
            except OSError:  # an editor is just replacing it
                continue
            state[file] = (found.st_mtime_ns, found.st_size)
    return state
