"""A certificate authority of the instance's own, and the certificate of its servers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "*.localhost", "*.blob.localhost")


@dataclass(frozen=True)
class Certificates:
    """Files: the authority's certificate for clients, the servers' chain with its key (readable by the owner only)."""

    authority: Path
    server: Path


def create(state_dir: Path) -> Certificates:
    """Make a new authority and server certificate below `state_dir`."""
    authority = trustme.CA(organization_name="Azure ML emulator")
    files = Certificates(state_dir / "ca.pem", state_dir / "server.pem")
    authority.cert_pem.write_to_path(str(files.authority))
    files.server.touch(mode=0o600)
    files.server.chmod(0o600)
    authority.issue_cert(*NAMES).private_key_and_cert_chain_pem.write_to_path(str(files.server))
    return files
