"""The language that describes resource kinds: a `Shape` binds request bodies, fills defaults, renders answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import isodate  # type: ignore[import-untyped]  # it has no types

from .versions import ALWAYS, Span


class Problems:
    """What is wrong with a body, in the entries of the service's validation message."""

    def __init__(self, *, refuse_read_only: bool = False, overlook: str = "") -> None:
        """`overlook` is the code of problems that are none here."""
        self.entries: list[dict[str, Any]] = []
        self.faults: list[str] = []
        """What keeps the body from being bound at all, in the words of the front end."""
        self.refuse_read_only = refuse_read_only
        self._overlook = overlook

    def add(self, path: str, message: str, code: str, **extra: Any) -> None:
        """Note a problem; `path` is a JSON path, which the service spells in Pascal case."""
        if code == self._overlook:
            return
        name = ".".join(part[:1].upper() + part[1:] for part in path.split("."))
        self.entries.append({"PropertyName": name, "ErrorMessage": message, **extra, "ErrorCode": code})

    def missing(self, path: str, name: str, message: str) -> None:
        """Note a key that must be there. Service fact: batch contract 14.9."""
        self.add(path, message, "ArgumentNullOrEmpty")
        self.faults.append(f"The {name[:1].upper()}{name[1:]} field is required.")

    def wrong_word(self, path: str, value: Any, allowed: Sequence[str]) -> None:
        """Note a value outside an enumeration. Service fact: batch contract 14.9."""
        self.add(path, f"'{path}' must be one of {', '.join(allowed)}.", "EnumValidator", AttemptedValue=value)
        field = path.rpartition(".")[2]
        words = ",".join(allowed)
        self.faults.append(f"The value provided is not a valid enum value. Field: {field}. Allowed values: {words}.")

    def wrong_type(self, path: str, expected: str) -> None:
        self.add(path, f"'{path}' must be {expected}.", "InvalidType")


class Type(Protocol):
    """The type of one value."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        """The value as read from a body; what is wrong with it is added to `problems`."""

    def fill(self, value: Any, base: Any) -> Any:
        """The value completed with defaults."""

    def render(self, value: Any, version: str) -> Any:
        """The value as an API version answers it."""


class Plain:
    """A value without inner defaults."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        return value

    def fill(self, value: Any, base: Any) -> Any:
        return value

    def render(self, value: Any, version: str) -> Any:
        return value


@dataclass(frozen=True)
class Text(Plain):
    """A string."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, str):
            problems.wrong_type(path, "a string")
        return value


@dataclass(frozen=True)
class Flag(Plain):
    """A boolean."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, bool):
            problems.wrong_type(path, "true or false")
        return value


@dataclass(frozen=True)
class Number(Plain):
    """An integer of 32 bits, or of more; digits in a string will do. Service fact: batch contract 4.1, 4.2."""

    minimum: int | None = None
    maximum: int = 2**31 - 1

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if isinstance(value, str):
            try:
                value = int(value)
            except ValueError:
                value = None
        if not isinstance(value, int) or isinstance(value, bool) or value > self.maximum:
            problems.wrong_type(path, "an integer")
        elif self.minimum is not None and value < self.minimum:
            message = f"'{path}' must be greater than or equal to '{self.minimum}'."
            problems.add(path, message, "GreaterThanOrEqualValidator", AttemptedValue=value)
        return value


@dataclass(frozen=True)
class Duration(Plain):
    """An ISO 8601 duration."""

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        try:
            isodate.parse_duration(value)
        except (isodate.ISO8601Error, TypeError):
            problems.wrong_type(path, "an ISO 8601 duration")
        return value


@dataclass(frozen=True)
class Choice(Plain):
    """One of a few words, matched without regard to case, answered in canonical case."""

    values: tuple[str, ...]

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        for candidate in self.values:
            if isinstance(value, str) and value.lower() == candidate.lower():
                return candidate
        problems.wrong_word(path, value, self.values)
        return value


@dataclass(frozen=True)
class TextMap(Plain):
    """A map of strings. `stringify` turns numbers and booleans into text; `filled` refuses null and empty values."""

    stringify: bool = False
    filled: bool = False

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, Mapping):
            problems.wrong_type(path, "an object")
            return value
        bound = {}
        for index, (key, item) in enumerate(value.items()):
            if self.filled and item in (None, ""):
                message = "Tag values must not be null or empty."
                problems.add(f"{path}.Values[{index}]", message, "PredicateValidator", AttemptedValue=item)
            elif self.stringify and isinstance(item, (bool, int, float)):
                item = str(item)
            elif item is not None and not isinstance(item, str):
                problems.wrong_type(f"{path}.{key}", "a string")
            bound[key] = item
        return bound


@dataclass(frozen=True)
class Json(Plain):
    """Any JSON object; `of` describes what it must be when it is not one."""

    kind: type = dict
    of: str = "an object"

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, self.kind):
            problems.wrong_type(path, self.of)
        return value


@dataclass(frozen=True)
class Field:
    """One key of a shape.

    `default` is what a missing or null value becomes. `read_only` keys are refused or ignored, `write_only` ones are
    never answered. A key outside its `versions` is neither bound nor answered.
    """

    name: str
    type: Type = field(default_factory=Text)
    default: Any = None
    required: str = ""
    """Message when missing, after the key's name."""
    read_only: bool = False
    write_only: bool = False
    hide_null: bool = False
    versions: Span = ALWAYS


@dataclass(frozen=True)
class Shape:
    """An object with known keys, in the order in which they are answered."""

    fields: tuple[Field, ...]
    _answered: dict[str, tuple[Field, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By api-version: looked up for every thing in a list."""

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def bind(
        self, value: Any, path: str = "", problems: Problems | None = None, strict: bool = True, version: str = ""
    ) -> dict[str, Any]:
        """The keys that were sent, checked and in canonical form. `strict` refuses keys that no version knows."""
        problems = problems if problems is not None else Problems()
        if not isinstance(value, Mapping):
            problems.wrong_type(path or "body", "an object")
            return {}
        known = {entry.name: entry for entry in self.fields}
        bound: dict[str, Any] = {}
        for key, item in value.items():
            where = f"{path}.{key}" if path else key
            entry = known.get(key)
            if entry is None:
                if strict:
                    problems.add(where, f"Could not find member '{key}' on the object.", "UnknownMember")
            elif entry.read_only:
                if problems.refuse_read_only and item is not None:
                    problems.add(where, f"Member '{key}' is read-only.", "ReadOnlyMember")
            elif item is not None and (not version or entry.versions.covers(version)):
                if isinstance(entry.type, Object):
                    bound[key] = entry.type.shape.bind(item, where, problems, strict, version)
                else:
                    bound[key] = entry.type.bind(item, where, problems, strict)
        for entry in self.fields:
            if entry.required and bound.get(entry.name) is None:
                where = f"{path}.{entry.name}" if path else entry.name
                problems.missing(where, entry.name, f"'{entry.name}' {entry.required}")
        return bound

    def fill(self, sent: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What is sent over `base` (the current values), with defaults where both say nothing."""
        filled = {}
        for entry in self.fields:
            if entry.read_only:
                continue
            old = (base or {}).get(entry.name)
            value = sent.get(entry.name)
            if value is None:
                value = copy.deepcopy(old if old is not None else entry.default)
            filled[entry.name] = entry.type.fill(value, old) if value is not None else None
        return filled

    def render(self, stored: Mapping[str, Any], version: str) -> dict[str, Any]:
        """The answer for an api-version."""
        if version not in self._answered:
            shown = (entry for entry in self.fields if not entry.write_only and entry.versions.covers(version))
            self._answered[version] = tuple(shown)
        answer = {}
        for entry in self._answered[version]:
            value = stored.get(entry.name)
            if value is None and entry.hide_null:
                continue
            answer[entry.name] = entry.type.render(value, version) if value is not None else None
        return answer


@dataclass(frozen=True)
class Object(Plain):
    """A nested shape."""

    shape: Shape

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        return self.shape.bind(value, path, problems, strict)

    def fill(self, value: Any, base: Any) -> Any:
        return self.shape.fill(value, base)

    def render(self, value: Any, version: str) -> Any:
        return self.shape.render(value, version)


@dataclass(frozen=True)
class Named(Plain):
    """A map whose names are the caller's and whose values have one shape."""

    shape: Shape

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, Mapping):
            problems.wrong_type(path, "an object")
            return value
        return {name: self.shape.bind(item, f"{path}.{name}", problems, strict) for name, item in value.items()}

    def fill(self, value: Any, base: Any) -> Any:
        return {name: self.shape.fill(item) for name, item in value.items()}


@dataclass(frozen=True)
class Listed(Plain):
    """An array of values of one type."""

    inner: Type

    def bind(self, value: Any, path: str, problems: Problems, strict: bool) -> Any:
        if not isinstance(value, list):
            problems.wrong_type(path, "an array")
            return value
        return [self.inner.bind(item, f"{path}[{index}]", problems, strict) for index, item in enumerate(value)]


def shape(*fields: Field) -> Shape:
    """A shape of these fields."""
    return Shape(fields)


def body(properties: Shape, *fields: Field) -> Shape:
    """The shape of a whole request body: ARM's own keys, read-only, then `fields`, then `properties`."""
    arm = tuple(Field(name, Plain(), read_only=True) for name in ("id", "name", "type", "systemData", "etag"))
    return Shape((*arm, *fields, Field("properties", Object(properties), required="must not be empty.")))


IDENTITY = shape(
    Field("type", Choice(("None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned"))),
    Field("userAssignedIdentities", Named(shape(*(Field(key, read_only=True) for key in ("clientId", "principalId"))))),
    *(Field(key, read_only=True) for key in ("principalId", "tenantId")),
)
SKU = shape(
    *(Field(key) for key in ("name", "tier", "size", "family")),
    Field("capacity", Number()),
)
