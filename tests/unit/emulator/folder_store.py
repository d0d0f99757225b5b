"""Blob storage in a folder, for tests of what reads and writes blobs."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.emulator.runtime.plan import Place


class FolderStore:
    """Blob storage in a folder: one sub-folder a container."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, place: Place) -> Path:
        return self.root / place.container / place.path

    async def names(self, place: Place) -> list[str]:
        path = self.path(place)
        if path.is_file():
            return [""]
        return sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())

    async def download(self, place: Place, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.path(place), target)

    async def upload(self, source: Path, place: Place) -> None:
        self.path(place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, self.path(place))

    def write(self, container: str, path: str, text: str) -> None:
        target = self.root / container / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
