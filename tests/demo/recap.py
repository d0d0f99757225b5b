"""What ansible-playbook printed, read back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

TASK = re.compile(r"^TASK \[(?P<name>.*?)\] \*+$")
CHANGED = re.compile(r"^changed: \[[^]]+\](?: => \(item=(?P<item>.*)\))?$")
STATS = "\tRUN: "


def changed(output: Sequence[str]) -> list[str]:
    """What a run changed: the names of tasks, for a loop with the label of the item in parentheses."""
    found = []
    task = ""
    for line in output:
        if match := TASK.match(line):
            task = match["name"]
        elif match := CHANGED.match(line):
            found.append(f"{task} ({match['item']})" if match["item"] else task)
    return found


def custom_stats(output: Sequence[str]) -> dict[str, Any]:
    """What the roles handed on with set_stats; asks for ANSIBLE_SHOW_CUSTOM_STATS."""
    for line in output:
        if line.startswith(STATS):
            stats: dict[str, Any] = json.loads(line.removeprefix(STATS))
            return stats
    return {}
