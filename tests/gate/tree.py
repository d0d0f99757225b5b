"""The collection laid out as Ansible's tools want it: a copy below `ansible_collections/<namespace>/<name>`.

A symbolic link will not do: ansible-test resolves it. The copy holds what git tracks or would track.
"""

from __future__ import annotations

import shutil
import subprocess

from tests.installation.packages import REPOSITORY

from .environment import BUILD

PARENT = BUILD / "tree"
ROOT = PARENT / "ansible_collections" / "mlops" / "azureml"


def lay() -> None:
    """Make the copy again from the work tree, as a git repository of its own (ansible-test lists files through git)."""
    shutil.rmtree(PARENT, ignore_errors=True)  # the first time there is none
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, names.split("\0")):
        source = REPOSITORY / name
        if not source.exists():
            continue  # deleted, not yet committed
        target = ROOT / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet"], cwd=ROOT, check=True)
    subprocess.run(["git", "add", "--all"], cwd=ROOT, check=True)
