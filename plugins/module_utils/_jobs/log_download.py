# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The local copy of log files. It has no secrets, so that it differs from the blobs: what was written is compared."""

from __future__ import annotations

import hashlib
import typing as t
import uuid

from .._errors import InvalidOption
from .._local.files import md5 as md5_of
from .download import LOGS, Download
from .manifest import Downloaded
from .output_location import ResultFile

if t.TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .log_files import LogFile, LogText


class LogDownload(Download):
    """The folder on this host that logs are written to."""

    PRIVATE = LOGS

    def place(self, files: Iterable[LogFile]) -> dict[str, LogFile]:
        """The files by their names below the folder: with the id of the run in front if several runs have logs.

        Raises AzureMLError for names that cannot be files of the folder.
        """
        files = list(files)
        several = len({file.run.id for file in files}) > 1
        placed = {f"{file.run.id}/{file.name}" if several else file.name: file for file in files}
        self.require_safe([ResultFile(file.blob, name) for name, file in placed.items()])
        return placed

    def changed(self, texts: t.Mapping[str, LogText]) -> list[str]:
        """The names of the files whose content is new."""
        return sorted(name for name, text in texts.items() if self._md5(name) != _md5(text.content))

    def write(self, texts: t.Mapping[str, LogText], location: str, job: str) -> None:
        """Write files, each at once. Raises InvalidOption when that is not possible."""
        changed = set(self.changed(texts))
        for name in changed:
            self._write(self.path / name, texts[name].content)
        written = [
            Downloaded(name, len(text.content), text.file.blob.etag if text.is_whole else "", _md5(text.content), job)
            for name, text in texts.items()
        ]
        if texts:
            self.make_private()
            self.manifest.record(location, job, written)

    def _write(self, target: Path, content: bytes) -> None:
        self.make_private()
        partial = self.manifest.path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise InvalidOption(f"dest: cannot write {target} ({error.strerror}). Choose another folder.") from None

    def _md5(self, name: str) -> str | None:
        target = self.path / name
        try:
            return md5_of(target).hex() if target.is_file() and not target.is_symlink() else None
        except OSError:
            return None


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
