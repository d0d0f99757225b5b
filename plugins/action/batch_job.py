# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module batch_job, and shows with -v how its job goes while it waits: a module itself can only speak last."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import typing as t
from collections.abc import Iterator

from ansible.plugins.action.normal import ActionModule as Normal
from ansible.utils.display import Display

SECONDS_BETWEEN_LOOKS = 0.3

display = Display()


class ActionModule(Normal):
    """Hands the module a file to write its progress to, and prints what arrives in it."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        if not self._can_be_watched():
            return self._normally(tmp, task_vars)
        asked = self._task.args
        host = (task_vars or {}).get("inventory_hostname")
        with _shown(host) as path:
            self._task.args = {**asked, "progress_file": path}
            try:
                return self._normally(tmp, task_vars)
            finally:
                self._task.args = asked

    def _normally(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = Normal.run(self, tmp, task_vars)
        return result

    def _can_be_watched(self) -> bool:
        """Is somebody watching, and does the module run where its file can be read?"""
        here = self._connection.transport == "local" and self._connection.become is None
        concealed = self._task.no_log or self._task.async_val or "progress_file" in self._task.args
        return display.verbosity > 0 and here and not concealed


@contextlib.contextmanager
def _shown(host: str | None) -> Iterator[str]:
    """A file, each of whose lines is printed when it comes."""
    descriptor, path = tempfile.mkstemp(prefix="batch_job-")
    over = threading.Event()
    follower = threading.Thread(target=_follow, args=(descriptor, over, host), daemon=True)
    follower.start()
    try:
        yield path
    finally:
        over.set()
        follower.join()
        os.unlink(path)


def _follow(descriptor: int, over: threading.Event, host: str | None) -> None:
    with open(descriptor, encoding="utf-8", errors="replace") as stream:
        last = False
        while not last:
            last = over.wait(SECONDS_BETWEEN_LOOKS)
            for line in stream:
                display.v(line.rstrip("\n"), host=host)
