"""Makes a release of the work tree: `python -m tests.gate.release VERSION`, or `make release VERSION=1.2.0`.

Writes the version into galaxy.yml, and the fragments into the changelog. What is left to do is printed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.installation.packages import REPOSITORY

VERSION = re.compile(r"(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)")
# The kinds of changes that need at least a new minor, or major, version.
MINOR = {"minor_changes", "deprecated_features"}
MAJOR = {"major_changes", "breaking_changes", "removed_features"}


class ReleaseError(ValueError):
    """A release that cannot be made; the message says why."""


def required(version: str, before: str, sections: set[str]) -> None:
    """Raises ReleaseError if `version` is not what semantic versioning asks for after `before`.

    :param sections: the kinds of changes since `before`
    """
    new, old = (VERSION.fullmatch(text) for text in (version, before))
    if new is None or old is None:
        raise ReleaseError(f"{version!r} is not a version: write three numbers, as in 1.2.0.")
    now, then = (tuple(map(int, match.groups())) for match in (new, old))
    if now <= then:
        raise ReleaseError(f"{version} is not newer than {before}.")
    if not sections:
        raise ReleaseError("nothing has changed: changelogs/fragments is empty.")
    if then[0] > 0 and sections & MAJOR and now[0] == then[0]:
        raise ReleaseError(f"{', '.join(sorted(sections & MAJOR))} need a new major version, not {version}.")
    if then[0] > 0 and sections & MINOR and now[:2] == then[:2]:
        raise ReleaseError(f"{', '.join(sorted(sections & MINOR))} need a new minor version, not {version}.")


def sections_of(fragments: Path) -> set[str]:
    """The kinds of changes that the fragments of a folder have."""
    keys = re.compile(r"^(\w+):", re.MULTILINE)
    return {key for file in fragments.glob("*.y*ml") for key in keys.findall(file.read_text(encoding="utf-8"))}


def main(version: str) -> None:
    """Exits with a message if the release cannot be made."""
    galaxy = REPOSITORY / "galaxy.yml"
    text = galaxy.read_text(encoding="utf-8")
    [line] = re.findall(r"^version: .+$", text, re.MULTILINE)
    try:
        required(version, line.removeprefix("version: "), sections_of(REPOSITORY / "changelogs" / "fragments"))
    except ReleaseError as error:
        sys.exit(f"No release: {error}")
    galaxy.write_text(text.replace(line, f"version: {version}"), encoding="utf-8")
    subprocess.run(["antsibull-changelog", "release", "--version", version], cwd=REPOSITORY, check=True)
    print(
        f"Look at CHANGELOG.rst, then: git commit -am 'Release {version}', git tag {version}, "
        "ansible-galaxy collection build, ansible-galaxy collection publish."
    )


if __name__ == "__main__":
    main(sys.argv[1])
