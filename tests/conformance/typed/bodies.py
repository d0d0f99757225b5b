"""Bodies made from a typed model: one with every member that may be sent, and every way to spoil it; and the reverse,
what a typed model finds wrong with a body."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from .library import ANY, FLAG, NUMBER, TEXT, Kind, Library, Model

SAMPLES: dict[str, Any] = {TEXT: "text", FLAG: True, NUMBER: 7, ANY: {}}
WRONG: dict[str, Any] = {
    TEXT: {"a": 1},
    FLAG: "perhaps",
    NUMBER: "many",
    "list": "text",
    "map": "text",
    "model": "text",
}
"""For each kind of value one that is none."""
_TYPES: dict[str, Any] = {TEXT: str, FLAG: bool, NUMBER: (int, float), "list": list, "map": dict, "model": dict}
Path = tuple[str, ...]


class Maker:
    """Makes bodies. `kinds` says which kind of a model to take, `words` which text where only some will do."""

    def __init__(self, library: Library, kinds: Mapping[str, str], words: Mapping[str, Any]) -> None:
        self._library = library
        self._kinds = kinds
        self._words = words

    def whole(self, model: Model, where: Path = ()) -> dict[str, Any]:
        """A body with every member that may be sent."""
        chosen, model = self._chosen(model)
        body: dict[str, Any] = {
            member.key: self._value(member.kind, (*where, member.key))
            for member in model.members.values()
            if not member.read_only
        }
        return body | chosen

    def spoiled(self, model: Model) -> Iterator[tuple[str, Path, Any]]:
        """Bodies with one fault: what is wrong ("unknown", "read-only" or "type"), where, and the body."""
        body = self.whole(model)
        for fault, where, value in self._faults(model, ()):
            yield fault, where, _with(body, where, value)

    def _faults(self, model: Model, where: Path) -> Iterator[tuple[str, Path, Any]]:
        chosen, model = self._chosen(model)
        yield "unknown", (*where, "unheardOf"), 1
        for member in model.members.values():
            place = (*where, member.key)
            if member.read_only:
                yield "read-only", place, self._value(member.kind, place)
            elif member.key not in chosen and member.kind.word in WRONG:
                yield "type", place, WRONG[member.kind.word]
                yield from self._inner_faults(member.kind, place)

    def _inner_faults(self, kind: Kind, where: Path) -> Iterator[tuple[str, Path, Any]]:
        if kind.word == "model":
            yield from self._faults(self._library.model(kind.model), where)
        elif kind.inner is not None and kind.inner.word in WRONG:
            inside = (*where, "0" if kind.word == "list" else "key")
            yield "type", inside, WRONG[kind.inner.word]
            yield from self._inner_faults(kind.inner, inside)

    def _chosen(self, model: Model) -> tuple[dict[str, str], Model]:
        chosen = {}
        while model.kinds and model.name in self._kinds:
            chosen[model.discriminator] = self._kinds[model.name]
            model = self._library.model(model.kinds[self._kinds[model.name]])
        return chosen, model

    def _value(self, kind: Kind, where: Path) -> Any:
        if ".".join(where) in self._words:
            return self._words[".".join(where)]
        if kind.word == "list" and kind.inner:
            return [self._value(kind.inner, (*where, "0"))]
        if kind.word == "map" and kind.inner:
            return {"key": self._value(kind.inner, (*where, "key"))}
        if kind.word == "model":
            return self.whole(self._library.model(kind.model), where)
        return SAMPLES[kind.word]


def _with(body: Any, where: Path, value: Any) -> Any:
    changed = copy.deepcopy(body)
    holder = changed
    for key in where[:-1]:
        holder = holder[int(key)] if isinstance(holder, list) else holder[key]
    if isinstance(holder, list):
        holder[int(where[-1])] = value
    else:
        holder[where[-1]] = value
    return changed


def problems(library: Library, model: Model, body: Any, where: str = "") -> Iterator[str]:
    """What a typed model finds wrong with a body; a number may be a text of digits, as recorded."""
    if not isinstance(body, dict):
        yield f"{where or 'body'} is no object"
        return
    while model.kinds and body.get(model.discriminator) in model.kinds:
        model = library.model(model.kinds[body[model.discriminator]])
    for key, value in body.items():
        path = f"{where}.{key}" if where else key
        member = model.members.get(key)
        if member is None:
            yield f"{path} is unknown to {model.name}"
        elif member.read_only:
            yield f"{path} is read-only"
        elif value is not None:
            yield from _problems_of_value(library, member.kind, value, path)
    for member in model.members.values():
        if member.required and body.get(member.key) is None:
            yield f"{where}.{member.key} is missing"


def _problems_of_value(library: Library, kind: Kind, value: Any, where: str) -> Iterator[str]:
    if kind.word == NUMBER and isinstance(value, str) and value.lstrip("-").isdecimal():
        return
    if kind.word in _TYPES and (
        not isinstance(value, _TYPES[kind.word]) or (kind.word == NUMBER and isinstance(value, bool))
    ):
        yield f"{where} is no {kind.word}"
    elif kind.word == "model":
        yield from problems(library, library.model(kind.model), value, where)
    elif kind.inner is not None:
        items = enumerate(value) if kind.word == "list" else value.items()
        for key, item in items:
            if item is not None:
                yield from _problems_of_value(library, kind.inner, item, f"{where}.{key}")
