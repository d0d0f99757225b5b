"""Scenarios: what a user does, as steps that each client carries out in its own way.

A file `KIND.yml` is a list of scenarios. A scenario has:

- `name`, unique, of letters, digits and dashes: `{name}` in its texts, and `{word}` with underscores for the dashes;
- `source`: the scenario of a public suite that it repeats. The client of that suite plays it, and our modules do;
- `clients`: who plays it (`sdk`, `modules`, `neighbour`) where that is not so, and `because`: why;
- `quick`: `make test` plays it, too;
- `files`: what lies in its folder, `{folder}`, before it begins;
- `steps`.

A step has one action with the kind of resource (`create: model`); `body`, what a file for `az ml` would hold; `of`, the
names of what is read, listed or changed; `registry`, if it is in one; and what must come of it:

- `shows`: part of the resource as the client shows it; a text that begins with `~` is a regular expression;
- `like`: an earlier step, named with `as`, and the keys in which both must show the same;
- `has`, `lacks`, `versions`: names in a list, and the versions in it;
- `refused`: part of the message with which it fails;
- `changed`: whether a module changes something, which creating, deleting and the like do unless it says false;
- `options`: what a module needs beside the body.

A client's own key (`sdk`, `modules`, `neighbour`) holds what differs for it; `only` names who carries the step out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..replays.replay import fill

HERE = Path(__file__).parent
CLIENTS = ("sdk", "modules", "neighbour")
SUITES = {"SDK": "sdk", "azure.azcollection": "neighbour"}
READING = ("read", "list", "absent")
ACTIONS = (*READING, "create", "update", "archive", "restore", "delete", "stop", "start", "invoke", "score", "download")


@dataclass(frozen=True)
class Step:
    """One step as one client carries it out."""

    action: str
    kind: str
    body: dict[str, Any]
    of: dict[str, Any]
    expected: dict[str, Any]
    registry: str = ""

    @property
    def writes(self) -> bool:
        return self.action not in READING


@dataclass(frozen=True)
class Scenario:
    name: str
    source: str
    steps: list[dict[str, Any]]
    clients: tuple[str, ...]
    because: str = ""
    quick: bool = False
    files: dict[str, str] = field(default_factory=dict)

    def prepare(self, folder: Path) -> None:
        """Write its files."""
        for name, text in self.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())

    def steps_of(self, client: str, folder: Path) -> list[Step]:
        """Its steps for one client, with all words replaced."""
        words = {"name": self.name, "word": self.name.replace("-", "_"), "folder": str(folder)}
        return [_step(fill(raw, words), client) for raw in self.steps if client in raw.get("only", CLIENTS)]


def _step(raw: dict[str, Any], client: str) -> Step:
    merged = {key: value for key, value in raw.items() if key not in (*CLIENTS, "only")} | raw.get(client, {})
    [action] = [key for key in ACTIONS if key in merged]
    parts = {key: merged.pop(key, {}) for key in ("body", "of")}
    return Step(action, merged.pop(action), parts["body"], parts["of"], merged, merged.pop("registry", ""))


def load() -> list[Scenario]:
    """All scenarios, in the order of their files."""
    return [Scenario(**raw) for file in sorted(HERE.glob("*.yml")) for raw in _read(file)]


def _read(file: Path) -> Iterator[dict[str, Any]]:
    for raw in yaml.safe_load(file.read_text(encoding="utf-8")):
        usual = (SUITES[raw["source"].partition(",")[0]], "modules")
        yield {**raw, "clients": tuple(raw.get("clients", usual))}
