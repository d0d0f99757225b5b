# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The file of a report on this host: it appears complete, and only if its content is new."""

from __future__ import annotations

import hashlib
import os
import typing as t
import uuid
from pathlib import Path

from .._errors import InvalidOption


class ReportFile:
    """One report."""

    def __init__(self, path: str) -> None:
        """``path`` may begin with ~, and is relative to the folder in which the task runs."""
        self.path = Path(os.path.abspath(os.path.expanduser(path)))

    def require_possible(self) -> None:
        """Raises InvalidOption for a path that no file can be written to."""
        if self.path.is_dir():
            raise InvalidOption(f"report: {self.path} is a folder. Name a file.")
        if not self.path.parent.is_dir():
            raise InvalidOption(f"report: the folder {self.path.parent} does not exist. Create it first.")

    def change(self, content: str) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """Before and after of the diff, both empty if the file has this content already."""
        new = content.encode()
        old = self._read()
        if old == new:
            return {}, {}
        return self._shown(old) if old is not None else {}, self._shown(new)

    def write(self, content: str) -> None:
        """Replace the file. Raises InvalidOption if that is not possible."""
        new = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        try:
            mode = self.path.stat().st_mode & 0o777 if self.path.exists() else None
            try:
                with new.open("x", encoding="utf-8", newline="") as stream:
                    stream.write(content)
                if mode is not None:
                    new.chmod(mode)
                new.replace(self.path)
            except BaseException:  # an interrupt, too: nothing incomplete is left
                new.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise InvalidOption(f"report: cannot write {self.path} ({error.strerror}). Choose another path.") from None

    def _read(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InvalidOption(f"report: cannot read {self.path} ({error.strerror}). Choose another path.") from None

    def _shown(self, content: bytes) -> dict[str, t.Any]:
        return {"report": str(self.path), "md5": hashlib.md5(content, usedforsecurity=False).hexdigest()}
