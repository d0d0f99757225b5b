"""curl as a client: one call, and what it brought back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`headers` are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


def curl(method: str, url: str, *, ca: str, headers: dict[str, str], data: str | Path | None = None) -> Answer:
    """`data` is a body, or a file with one. Headers are passed on stdin: they carry tokens."""
    command = ["curl", "--silent", "--show-error", "--location", "--include", "--cacert", ca, "--config", "-"]
    command += ["--request", method, url]
    if data is not None:
        command += ["--data-binary", f"@{data}"] if isinstance(data, Path) else ["--data-raw", data]
    settings = "".join(f"header = {json.dumps(f'{name}: {value}')}\n" for name, value in headers.items())
    done = subprocess.run(command, input=settings.encode(), capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    head, _blank, text = done.stdout.decode().partition("\r\n\r\n")
    while text.startswith("HTTP/"):  # what went before: 100 Continue
        head, _blank, text = text.partition("\r\n\r\n")
    first, *lines = head.splitlines()
    return Answer(int(first.split()[1]), dict(_pairs(lines)), text)


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _colon, value = line.partition(":")
        yield name.lower(), value.strip()
