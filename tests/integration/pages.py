"""The pages of the documentation as programs: their files are written, and their commands run, in order.

On a page of `docs/docsite/rst`,

- a block with a caption is the file of that name;
- a block in the language `shell` is run by a shell, which keeps what earlier blocks set;
- a block in the language `text` is what the shell block before it prints: each line is part of a line of the output, in
  this order, and `...` matches anything.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DIRECTIVE = re.compile(
    r"^\.\. code-block:: (?P<language>\S+)\n(?P<options>(?:  :.*\n)*)\n(?P<body>(?:  .*\n|\n)+)", re.M
)
OPTION = re.compile(r"^  :(\w+): (.*)$", re.M)
BLANKS = re.compile(r"\s+")

NOT_RUN = {
    "needs-azure": "Azure cannot be reached from a test",
    "needs-galaxy": "installs from Galaxy and PyPI",
}


@dataclass(frozen=True)
class Block:
    """A code block; `line` is where it begins."""

    language: str
    caption: str
    reason: str
    body: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The code blocks of a page. Raises KeyError for a class that is no reason not to run it."""
    text = page.read_text(encoding="utf-8")
    return list(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    for match in DIRECTIVE.finditer(text):
        options = dict(OPTION.findall(match["options"]))
        reason = NOT_RUN[options["class"]] if "class" in options else ""
        body = "\n".join(line[2:] for line in match["body"].splitlines()).strip("\n") + "\n"
        yield Block(match["language"], options.get("caption", ""), reason, body, text.count("\n", 0, match.start()) + 1)


def script(page: list[Block], outputs: Path) -> str:
    """A shell script that does what the page says; the output of each block goes to a file named by its line."""
    lines = ["set -euo pipefail"]
    for block in page:
        if block.reason:
            continue
        if block.caption:
            lines += [f"mkdir -p {shlex.quote(str(Path(block.caption).parent))}"]
            lines += [f"cat > {shlex.quote(block.caption)} <<'END_OF_FILE'", block.body + "END_OF_FILE"]
        elif block.language == "shell":
            lines += ["{", block.body + f"}} > {shlex.quote(str(outputs / str(block.line)))} 2>&1"]
    return "\n".join(lines) + "\n"


def expected(page: list[Block]) -> dict[int, list[str]]:
    """By the line of a shell block, the lines that it prints."""
    found, command = {}, 0
    for block in page:
        if block.language == "text":
            found[command] = block.body.splitlines()
        elif block.language == "shell":
            command = block.line
    return found


def missing(output: str, lines: list[str]) -> list[str]:
    """The expected lines that do not follow each other in an output."""
    rest = [BLANKS.sub(" ", line) for line in output.splitlines()]
    lost = []
    for line in lines:
        pattern = re.compile(".*".join(re.escape(BLANKS.sub(" ", part)) for part in line.strip().split("...")))
        at = next((number for number, one in enumerate(rest) if pattern.search(one)), None)
        if at is None:
            lost.append(line)
        else:
            rest = rest[at + 1 :]
    return lost
