# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What was downloaded into a folder, from where and of which job, so that files of different jobs can be told apart."""

from __future__ import annotations

import json
import typing as t
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .._errors import InvalidOption


@dataclass(frozen=True)
class Downloaded:
    """A file that was downloaded: its path below the folder, the version of its blob, and the MD5 of its bytes."""

    name: str
    size: int
    etag: str
    md5: str
    job: str


class Manifest:
    """The manifest of one folder. One that is damaged, or none of ours, counts as empty."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self, location: str) -> dict[str, Downloaded]:
        """What was downloaded from a location, by name."""
        return {file.name: file for file in self._read().get(location, ())}

    def of_other_jobs(self, job: str) -> list[Downloaded]:
        """What was downloaded for other jobs than this one, by name."""
        files = (file for files in self._read().values() for file in files if file.job != job)
        return sorted(files, key=lambda file: file.name)

    def record(self, location: str, job: str, files: Iterable[Downloaded], deleted: Iterable[str] = ()) -> None:
        """Note what was downloaded and what was deleted; a file that was replaced is the new job's alone.

        Raises InvalidOption when the manifest cannot be written.
        """
        deleted = set(deleted)
        new = {file.name: file for file in files if file.name not in deleted}
        gone = {*new, *deleted}
        outputs = {place: [file for file in files if file.name not in gone] for place, files in self._read().items()}
        outputs[location] = sorted([*outputs.get(location, ()), *new.values()], key=lambda file: file.name)
        shown = {
            place: {"job": job if place == location else files[0].job, "files": [_shown(file) for file in files]}
            for place, files in outputs.items()
            if files
        }
        self._write({"outputs": shown})

    def _read(self) -> dict[str, list[Downloaded]]:
        try:
            manifest = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        outputs = manifest.get("outputs") if isinstance(manifest, dict) else None
        if not isinstance(outputs, dict) or not all(map(_is_entry, outputs.values())):
            return {}
        return {
            location: [_parse(file, str(output.get("job"))) for file in output["files"]]
            for location, output in outputs.items()
        }

    def _write(self, manifest: dict[str, t.Any]) -> None:
        temporary = self.path.with_name(f"{uuid.uuid4().hex}.new")
        try:
            temporary.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            temporary.replace(self.path)
        except OSError as error:
            raise InvalidOption(f"dest: cannot write {self.path} ({error.strerror}). Choose another folder.") from None


def _is_entry(output: t.Any) -> bool:
    files = output.get("files") if isinstance(output, dict) else None
    return isinstance(files, list) and all(
        isinstance(file, dict) and isinstance(file.get("name"), str) for file in files
    )


def _parse(file: dict[str, t.Any], job: str) -> Downloaded:
    size = file.get("size")
    return Downloaded(
        name=file["name"],
        size=size if isinstance(size, int) else -1,
        etag=str(file.get("etag")),
        md5=str(file.get("md5")),
        job=str(file.get("job") or job),
    )


def _shown(file: Downloaded) -> dict[str, t.Any]:
    return {"name": file.name, "size": file.size, "etag": file.etag, "md5": file.md5, "job": file.job}
