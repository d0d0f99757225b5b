"""What a client shows compared with what a step expects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .scenario import Step


def differences(step: Step, answer: Mapping[str, Any], earlier: dict[str, Any]) -> list[str]:
    """What is not as expected, one line each. `answer`: `shown`, `listed` or `refused`; `earlier`: named steps."""
    where, expected = f"{step.action} {step.kind}", step.expected
    if "refused" in expected:
        message = answer.get("refused")
        return [] if message and expected["refused"] in message else [f"{where}: not refused as expected: {answer}"]
    if "refused" in answer:
        return [f"{where}: {answer['refused']}"]
    if step.action == "absent":
        return [f"{where}: it exists: {answer}"] if answer.get("listed") or answer.get("shown") else []
    shown = answer.get("shown")
    found = list(_missing(expected["shows"], shown, where)) if "shows" in expected else []
    found += [f"{where}: {line}" for line in _listing(expected, answer.get("listed", []))]
    for name, keys in expected.get("like", {}).items():
        found += [
            f"{where}: {key} is {shown[key]!r}, it was {earlier[name][key]!r}"
            for key in keys
            if shown[key] != earlier[name][key]
        ]
    if "as" in expected:
        earlier[expected["as"]] = shown
    return found


def _missing(expected: Any, shown: Any, where: str) -> Any:
    if isinstance(expected, dict) and isinstance(shown, Mapping):
        for key, value in expected.items():
            yield from _missing(value, shown.get(key), f"{where}.{key}")
    elif isinstance(expected, str) and expected.startswith("~"):
        if not (isinstance(shown, str) and re.search(expected[1:], shown)):
            yield f"{where}: {shown!r} does not match {expected[1:]!r}"
    elif expected != shown:
        yield f"{where}: {shown!r} instead of {expected!r}"


def _listing(expected: Mapping[str, Any], listed: list[dict[str, Any]]) -> Any:
    names = {one["name"] for one in listed}
    versions = sorted(str(one.get("version")) for one in listed)
    if "versions" in expected and versions != sorted(expected["versions"]):
        yield f"versions {versions} instead of {sorted(expected['versions'])}"
    for name in expected.get("has", []):
        if name not in names:
            yield f"{name} is not among {sorted(names)}"
    for name in expected.get("lacks", []):
        if name in names:
            yield f"{name} is among {sorted(names)}"
