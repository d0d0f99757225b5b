"""Compares what a built collection holds with what users need: `python -m tests.gate.artefact COLLECTION.tar.gz`.

The list is in `artefact.txt`: a pattern a line, as shells have them; `*` stays in its folder, `**` does not.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

LIST = Path(__file__).with_name("artefact.txt")


def differences(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """A sentence for each file that no pattern covers, and for each pattern without a file."""
    expressions = {pattern: re.compile(_expression(pattern)) for pattern in patterns}
    unused, found = set(expressions), []
    for name in sorted(names):
        matching = {pattern for pattern, expression in expressions.items() if expression.fullmatch(name)}
        unused -= matching
        if not matching:
            found.append(f"{name} is in the collection, but not in {LIST.name}: ignore it in galaxy.yml, or list it")
    return found + [f"{LIST.name} lists {pattern}, but no such file is in the collection" for pattern in sorted(unused)]


def _expression(pattern: str) -> str:
    parts = (re.escape(part).replace(r"\*", "[^/]*") for part in pattern.split("**"))
    return ".*".join(parts)


def main(collection: str) -> None:
    """Exits with what differs."""
    with tarfile.open(collection) as archive:
        names = [member.name for member in archive if member.isfile()]
    patterns = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    if found := differences(names, patterns):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main(sys.argv[1])
