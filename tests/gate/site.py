"""Builds the documentation site from the collection in the current folder: `python -m tests.gate.site FOLDER`.

The pages of `docs/docsite` and those of all modules and roles; any warning fails it. Nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

# Labels and variables that antsibull-docs refers to, and where Ansible's documentation has them.
LABELS = {
    "action_plugins": ("plugins/action.html", "Action plugins"),
    "ansible_configuration_settings": ("reference_appendices/config.html", "Ansible configuration settings"),
    "common_return_values": ("reference_appendices/common_return_values.html", "Return values"),
}
VARIABLES = (
    "ANSIBLE_CACHE_PLUGIN",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION",
    "ANSIBLE_CACHE_PLUGIN_PREFIX",
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT",
)
HEAD = b"""\
# Sphinx inventory version 2
# Project: Ansible
# Version: latest
# The remainder of this file is compressed using zlib.
"""


def inventory() -> bytes:
    """The labels and variables in the form of Sphinx's objects.inv."""
    lines = [f"{label} std:label -1 {page} {title}\n" for label, (page, title) in LABELS.items()]
    lines += [f"{name} std:envvar -1 reference_appendices/config.html#envvar-{name} -\n" for name in VARIABLES]
    return HEAD + zlib.compress("".join(lines).encode())


def main(folder: Path) -> None:
    """Build the site into `folder`/html; exits with the status of what failed."""
    shutil.rmtree(folder, ignore_errors=True)  # the first time there is none
    pages, settings = folder / "pages", folder / "settings"
    pages.mkdir(parents=True, mode=0o700)
    shutil.copytree("docs/site", settings)
    (pages / "ansible.inv").write_bytes(inventory())
    source = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(pages), "mlops.azureml"]
    _run(["antsibull-docs", "collection", *source])
    shutil.copytree("docs/docsite/images", pages / "docsite" / "images")
    _run(
        [
            "sphinx-build",
            "-b",
            "html",
            "-c",
            str(settings),
            "-W",
            "--keep-going",
            "-q",
            str(pages),
            str(folder / "html"),
        ]
    )
    print(f"The site: {folder / 'html' / 'index.html'}")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
