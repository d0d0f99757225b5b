"""Reads the typed models that the official SDK carries, without importing it: the members, their types and rules.

The SDK has had two generators. The older one writes maps (`_attribute_map`, `_validation`, `_subtype_map`) into its
classes, the newer one annotated fields (`rest_field`). Both are read into the same form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEXT, FLAG, NUMBER, ANY = "text", "flag", "number", "any"
_PLAIN = {"str": TEXT, "bool": FLAG, "int": NUMBER, "long": NUMBER, "float": NUMBER, "object": ANY, "Any": ANY}


@dataclass(frozen=True)
class Kind:
    """What a value is: a plain word (TEXT ...), "list" or "map" of `inner`, or a "model" by name."""

    word: str
    inner: Kind | None = None
    model: str = ""


@dataclass(frozen=True)
class Member:
    """One key of a model."""

    key: str
    kind: Kind
    read_only: bool = False
    required: bool = False


@dataclass
class Model:
    """An object: its members by key; if it has kinds, the key that holds the kind, and the models by its value."""

    name: str
    members: dict[str, Member] = field(default_factory=dict)
    discriminator: str = ""
    kinds: dict[str, str] = field(default_factory=dict)


class Library:
    """The models of one api-version."""

    def __init__(self, file: Path) -> None:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._models: dict[str, Model] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._classes

    def model(self, name: str) -> Model:
        """A model, with what it inherits. Raises KeyError."""
        if name not in self._models:
            node = self._classes[name]
            maps = {key: value for key, value in _assigned(node) if key.startswith("_")}
            self._models[name] = self._from_maps(name, maps) if "_attribute_map" in maps else self._from_fields(node)
        return self._models[name]

    def _from_maps(self, name: str, maps: dict[str, Any]) -> Model:
        attributes = maps.get("_validation", {})
        model = Model(name)
        for attribute, entry in maps["_attribute_map"].items():
            key = entry["key"].replace("\\.", ".")
            rules = attributes.get(attribute, {})
            kind = self._kind(entry["type"])
            model.members[key] = Member(key, kind, bool(rules.get("readonly")), bool(rules.get("required")))
        for attribute, kinds in maps.get("_subtype_map", {}).items():
            model.discriminator, model.kinds = maps["_attribute_map"][attribute]["key"], kinds
        return model

    def _from_fields(self, node: ast.ClassDef) -> Model:
        model = Model(node.name)
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in self._classes:
                inherited = self.model(base.id)
                model.members |= inherited.members
                model.discriminator = inherited.discriminator
        for name, annotation, call in _fields(node):
            options = {option.arg: option.value for option in call.keywords}
            key = ast.literal_eval(options["name"]) if "name" in options else name
            visible = ast.literal_eval(options["visibility"]) if "visibility" in options else []
            text = ast.unparse(annotation)
            optional = text.startswith("Optional[")
            kind = self._kind(_simplified(text))
            model.members[key] = Member(key, kind, visible == ["read"], not optional and visible != ["read"])
            if isinstance(call.func, ast.Name) and call.func.id == "rest_discriminator":
                model.discriminator = key
        model.kinds = dict(self._kinds_below(node.name))
        return model

    def _kinds_below(self, name: str) -> Iterator[tuple[str, str]]:
        for node in self._classes.values():
            if any(isinstance(base, ast.Name) and base.id == name for base in node.bases):
                for keyword in node.keywords:
                    if keyword.arg == "discriminator":
                        yield ast.literal_eval(keyword.value), node.name

    def _kind(self, text: str) -> Kind:
        if text in _PLAIN:
            return Kind(_PLAIN[text])
        for opening, closing, word in (("[", "]", "list"), ("{", "}", "map")):
            if text.startswith(opening) and text.endswith(closing):
                return Kind(word, self._kind(text[1:-1]))
        return Kind("model", model=text) if self._is_model(text) else Kind(TEXT)

    def _is_model(self, name: str) -> bool:
        """Dates, durations and enumerations are texts; only classes with members are models."""
        return name in self._classes


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name in ("_attribute_map", "_validation", "_subtype_map"):
                yield name, ast.literal_eval(statement.value)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr, ast.Call]]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.value, ast.Call):
            assert isinstance(statement.target, ast.Name)
            yield statement.target.id, statement.annotation, statement.value


def _simplified(annotation: str) -> str:
    """An annotation in the older generator's words: `[X]` for lists, `{X}` for maps, a name otherwise."""
    text = annotation.replace("'", "").replace('"', "").replace("_models.", "").replace("_types.", "")
    while wrapped := re.fullmatch(r"Optional\[(.*)\]", text):
        text = wrapped[1]
    if union := re.fullmatch(r"Union\[str, .*\]|Literal\[.*\]", text):
        return "str" if union else text
    if listed := re.fullmatch(r"[Ll]ist\[(.*)\]", text):
        return f"[{_simplified(listed[1])}]"
    if mapped := re.fullmatch(r"[Dd]ict\[str, (.*)\]", text):
        return f"{{{_simplified(mapped[1])}}}"
    return text
