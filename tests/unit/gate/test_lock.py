"""The locks: complete, with hashes, without addresses, and made from the requirements as they are now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.gate.lock import TABLE, Lock
from tests.installation.packages import LOCKS, lock_of

ROOT = LOCKS.parents[1]
NAMES = [lock.name for lock in TABLE]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def requirements(file: Path) -> Iterator[Requirement]:
    """What a file of requirements names, those of included files among them."""
    for line in file.read_text().splitlines():
        if line.startswith("-r "):
            yield from requirements(file.parent / line[3:])
        elif line and not line.startswith("#"):
            yield Requirement(line)


def entries(lock: Path) -> list[str]:
    """The requirements of a lock, each on one line with its hashes; comments left out."""
    lines = [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", "").splitlines()


def pins(name: str, python: str) -> dict[str, str]:
    """The version of each package that a lock installs on a Python."""
    found = {}
    for entry in entries(lock_of(name)):
        requirement = Requirement(entry.partition("--hash")[0])
        where = {"python_version": python, "python_full_version": f"{python}.1"}
        if requirement.marker is None or requirement.marker.evaluate(where):
            [pin] = requirement.specifier
            assert pin.operator == "=="
            found[canonicalize_name(requirement.name)] = pin.version
    return found


def pythons(lock: Lock) -> list[str]:
    """The Pythons that a lock is for."""
    newest = {"oldest": 10, "floor": 12}.get(lock.name, 13)
    return [f"3.{minor}" for minor in range(int(lock.python.removeprefix("3.")), newest + 1)]


def test_no_lock_is_left_over() -> None:
    assert {file.stem for file in LOCKS.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_entry_is_a_version_with_hashes_and_no_address(name: str) -> None:
    for entry in entries(lock_of(name)):
        assert re.match(r"[a-z0-9-]+==\S+ ", entry), entry
        assert HASH.search(entry), entry
    assert "://" not in lock_of(name).read_text()


@pytest.mark.parametrize("lock", TABLE, ids=NAMES)
def test_a_lock_satisfies_its_requirements(lock: Lock) -> None:
    for python in pythons(lock):
        pinned = pins(lock.name, python)
        for requirement in requirements(lock.requirements):
            if requirement.marker is None or requirement.marker.evaluate({"python_version": python}):
                version = pinned[canonicalize_name(requirement.name)]
                assert requirement.specifier.contains(version, prereleases=True), f"{requirement}: run `make lock`"


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_demo_and_emulator_hold_what_the_gate_holds(python: str) -> None:
    gate = pins("gate", python)
    for name in ("demo", "emulator"):
        assert pins(name, python).items() <= gate.items()


def test_the_oldest_are_the_floors_of_the_collection() -> None:
    [core] = re.findall(r'^requires_ansible: "(.+)"', (ROOT / "meta" / "runtime.yml").read_text(), re.MULTILINE)
    allowed = {one.name: one.specifier for one in requirements(ROOT / "requirements.txt")}
    allowed["ansible-core"] = SpecifierSet(core)
    floors = {name: one.version for name, several in allowed.items() for one in several if one.operator == ">="}
    assert floors.keys() == allowed.keys()
    assert floors.items() <= pins("oldest", "3.10").items()


def test_merge_keys_are_tested_with_pyyaml_before_and_since_6_0_4() -> None:
    changed = Version("6.0.4")
    assert Version(pins("oldest", "3.10")["pyyaml"]) < changed
    assert all(Version(pins("gate", python)["pyyaml"]) >= changed for python in ("3.11", "3.12", "3.13"))


def test_the_floor_is_the_oldest_release_series() -> None:
    oldest, floor = (pins(name, "3.10")["ansible-core"].split(".")[:2] for name in ("oldest", "floor"))
    assert oldest == floor


def test_the_lock_of_azurite_has_hashes_and_no_address() -> None:
    lock = json.loads((LOCKS / "azurite" / "package-lock.json").read_text())
    manifest = json.loads((LOCKS / "azurite" / "package.json").read_text())
    own = lock["packages"].pop("")
    assert own["dependencies"] == manifest["dependencies"], "run `make lock`"
    assert all(package["integrity"].startswith("sha512-") for package in lock["packages"].values())
    assert not any("resolved" in package for package in lock["packages"].values())
