"""The course of a job as a policy prescribes it: which states it shows, and for how much virtual time each."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(?:\w+:\d+(?:\.\d+)?)(?:,\w+:\d+(?:\.\d+)?)*(?:,\w+)?|\w+")


@dataclass(frozen=True)
class Phase:
    """A status that a job shows for `seconds` of virtual time; None: from then on."""

    status: str
    seconds: float | None


def read_course(text: str) -> list[Phase]:
    """Phases from text as "Queued:600,Preparing:30,Running:10800,Failed". Raises ValueError.

    The script scores in the first `Running`, which lasts as long as that takes, too; without one, after the last
    phase. A status without seconds at the end is where the job stays; without it, it ends as its scoring does.
    """
    if not text:
        return []
    if not _FORM.fullmatch(text):
        raise ValueError("a job's course is written as Status:seconds,Status:seconds, at its end Status if it stays so")
    phases = []
    for part in text.split(","):
        status, _colon, seconds = part.partition(":")
        phases.append(Phase(status, float(seconds) if seconds else None))
    return phases
