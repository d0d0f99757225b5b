# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What was written is read back and compared, and written again if it got lost.

A write replaces the whole resource, and the service has no conditional writes (batch contract 1): a client that read
before another one's write, and writes after it, undoes it without knowing. Only the client whose write is undone can
notice. It cannot if the other's write comes after its own check; so a gap remains, and the check is not made at once.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import LostUpdate, OperationFailed
from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .._schema.resource_type import Change
from .._service.workspace import Workspace
from .difference import Difference, in_words

Resource = dict[str, Json]

WRITES = 3
"""How often the same is written at most."""
OVERLAP = 0.5
"""Seconds between a write that ends at once and its read-back: more than other clients take from a read to a write."""
# Seconds between reads, for a read may show a write late (assets contract 14.17): ten in all.
PAUSES = (0.5, 1.5, 3.0, 5.0)
# No update can repair these.
_FIXED = (Change.REPLACE, Change.NEW_VERSION)


@dataclasses.dataclass(frozen=True)
class ReadBack:
    """How one resource is read after a write, and compared.

    - ``read``: the resource once no operation is under way; None if it is absent
    - ``differences``: where it is not as it was written
    - ``left``: seconds that are left for pauses
    """

    title: str
    workspace: Workspace
    read: t.Callable[[], Resource | None]
    differences: t.Callable[[Resource], t.Sequence[Difference]]
    left: t.Callable[[], float] = lambda: sum(PAUSES)

    def stored(self, written: Resource | None, write_again: t.Callable[[Resource], Resource | None]) -> Resource:
        """The resource once it has what was written to it.

        Warns of what the service does not take over, as it is known to do. Raises LostUpdate if anything else is
        missing at last, and OperationFailed if the resource does not exist.

        :param written: as it was read after the write
        :param write_again: writes what the resource lacks in this state, and reads it
        """
        current, lost = self._read_again(written)
        for _repetition in range(WRITES - 1):
            repeated = [one for one in lost if not _stays(one)]
            if not repeated or any(one.field.change in _FIXED for one in repeated):
                break
            self.workspace.invocation.progress(f"{self.title}: {_words(repeated, self.workspace.id)}; writing it again")
            current, lost = self._read_again(write_again(current))
        self._report(lost)
        return current

    def _read_again(self, current: Resource | None) -> tuple[Resource, t.Sequence[Difference]]:
        """The resource once a read shows what was written, or after ten seconds, with what it lacks then."""
        lost = self._lost(current)
        for pause in PAUSES:
            if current is not None and all(map(_stays, lost)):
                break
            self.workspace.invocation.clock.sleep(min(pause, self.left()))
            current = self.read()
            lost = self._lost(current)
        if current is None:
            raise OperationFailed(
                f"{self.title} was written, but does not exist any more: somebody deleted it. "
                "Run the task again to create it."
            )
        return current, lost

    def _lost(self, current: Resource | None) -> t.Sequence[Difference]:
        return () if current is None else self.differences(current)

    def _report(self, lost: t.Sequence[Difference]) -> None:
        workspace = self.workspace.id
        missing = [one for one in lost if not _stays(one) and not _is_only_more(one, workspace)]
        if missing:
            raise LostUpdate(
                f"{self.title} lacks what was written to it: {_words(missing, workspace)}. If another client writes to "
                "it at the same time, run the task again; else change the task to what the service shows."
            )
        if lost:
            self.workspace.invocation.warn(
                f"{self.title}: the service accepted the write, but did not store all of it: "
                f"{in_words(lost, workspace)}. If another client writes to it at the same time, run the task "
                f"again; else change the task, or {self.title} by other means."
            )


def _stays(difference: Difference) -> bool:
    """True if the service is known to ignore the change of a key that exists."""
    return difference.field.keys_stay and not set(difference.desired) - set(difference.current or {})


def _is_only_more(difference: Difference, workspace: WorkspaceId) -> bool:
    """True for a map with all that was written, to which somebody has added: perhaps a policy (open question 19)."""
    return difference.field.value_type.includes(difference.current, difference.desired, workspace)


def _words(differences: t.Iterable[Difference], workspace: WorkspaceId) -> str:
    return "; ".join(
        f"{one.field.option} was written as {one.field.shown(one.desired, workspace)!r}, the service shows "
        f"{one.field.shown(one.current, workspace)!r}"
        for one in differences
    )
