# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Files of other jobs in the folder of a download, and what becomes of them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import InvalidOption
from .download import Download
from .manifest import Downloaded

POLICIES = KEEP, CLEAN, FAIL = "keep", "clean", "fail"
_MOST_SHOWN = 5


@dataclass(frozen=True)
class EarlierFiles:
    """Files of other jobs in the folder. ``changed`` are those of the kept ones that somebody changed."""

    to_delete: list[Downloaded]
    kept: list[Downloaded]
    changed: list[Downloaded]

    def warn(self, download: Download, warn: t.Callable[[str], None]) -> None:
        if self.changed:
            warn(
                f"dest: {_names(self.changed)} in {download.path} changed since the download for another job, and was "
                "kept. Delete it if it is not needed."
            )
        elif self.kept:
            jobs = ", ".join(sorted({file.job for file in self.kept})[:_MOST_SHOWN])
            warn(
                f"dest: {download.path} still holds files of other jobs ({jobs}): {_names(self.kept)}. "
                f"Set dest_policy={CLEAN} to delete them, or give each job a folder of its own."
            )

    def shown(self) -> dict[str, list[str]]:
        """What results say of them."""
        return {"deleted": [file.name for file in self.to_delete], "kept": [file.name for file in self.kept]}


def earlier_files(download: Download, names: t.Iterable[str], job: str, policy: str) -> EarlierFiles:
    """What becomes of the files of other jobs, where ``names`` are those of this one.

    Raises InvalidOption if there must be none.
    """
    if policy == FAIL:
        found = download.of_other_jobs(job)
        if found:
            raise InvalidOption(
                f"dest: {download.path} holds files of job {found[0].job}: {_names(found)}. "
                f"Choose another folder, or set dest_policy to {CLEAN} or {KEEP}."
            )
        return EarlierFiles([], [], [])
    found = download.of_other_jobs(job, names)
    if policy == KEEP:
        return EarlierFiles([], found, [])
    changed = [file for file in found if download.is_changed(file)]
    return EarlierFiles([file for file in found if file not in changed], changed, changed)


def _names(files: list[Downloaded]) -> str:
    more = len(files) - _MOST_SHOWN
    return ", ".join(file.name for file in files[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
