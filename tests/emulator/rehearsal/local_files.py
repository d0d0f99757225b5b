"""Files of this machine in place of blob storage."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ..runtime.plan import Place

Order = Callable[[list[str]], list[str]]


def names_below(root: Path, is_code: bool = False) -> list[str]:
    """Names of the files below a folder, relative to it and sorted. Links to folders are followed, each folder once.

    Of a code folder, what is no part of the code is left out: `.git`, `__pycache__` and virtual environments.
    """
    names: list[str] = []
    seen = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        real = Path(folder).resolve()
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        if is_code:
            folders[:] = [name for name in folders if not _is_no_code(Path(folder, name))]
        paths = (Path(folder, file) for file in files)
        names += [path.relative_to(root).as_posix() for path in paths if path.is_file()]
    return sorted(names)


def _is_no_code(folder: Path) -> bool:
    return folder.name in (".git", "__pycache__") or (folder / "pyvenv.cfg").is_file()


class LocalFiles:
    """A store of the runtime (plan.Store) whose places are absolute paths."""

    def __init__(self, code: Path, inputs: Path, order: Order) -> None:
        """The files below `inputs` are listed in `order`, all others by name."""
        self._code = self.place(code)
        self._inputs = self.place(inputs)
        self._order = order

    @staticmethod
    def place(path: Path) -> Place:
        """The place of an absolute path."""
        return Place(path.anchor, path.relative_to(path.anchor).as_posix())

    async def names(self, place: Place) -> list[str]:
        """Names below `place`, relative to it; `[""]` when `place` is itself a file."""
        root = Path(place.container, place.path)
        if root.is_file():
            return [""]
        names = names_below(root, is_code=place == self._code)
        return self._order(names) if place == self._inputs else names

    async def download(self, place: Place, target: Path) -> None:
        """Copy the file at `place`: the script never gets the original."""
        await self._copy(Path(place.container, place.path), target)

    async def upload(self, source: Path, place: Place) -> None:
        """Copy the file `source` to `place`, over an existing one."""
        await self._copy(source, Path(place.container, place.path))

    @staticmethod
    async def _copy(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(shutil.copyfile, source, target)
