"""Installing what only the tests need: packages that no lock names, and Azurite."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.installation.packages import PIP, run


def version_in(home: Path) -> str:
    """The Python of the virtual environment `home`, as in `3.10`; empty if there is none."""
    return next((folder.name.removeprefix("python") for folder in home.glob("lib/python3.*")), "")


def install_newest(python: Path, requirements: Path) -> None:
    """Install the newest that `requirements` allows, with the pip of `python`. Raises subprocess.CalledProcessError."""
    run([str(python), *PIP, "-r", str(requirements)])


def install_azurite(python: Path, prefix: Path, *, locked: bool) -> None:
    """Install Azurite into the folder `prefix`, with the Node.js that the environment of `python` has.

    Raises subprocess.CalledProcessError.
    """
    shutil.rmtree(prefix, ignore_errors=True)  # the first time there is none
    program = f"from tests.emulator.azurite import install; install(locked={locked})"
    run([str(python), "-c", program], AZURITE_PREFIX=str(prefix))
