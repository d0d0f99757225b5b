# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The proxies that the environment of the task names."""

from __future__ import annotations

import importlib.util
import ipaddress
import re
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .._errors import InvalidOption

# What httpx needs for a SOCKS proxy, and what the libraries for storage and sign-in do.
_PACKAGES = {"socksio": "socksio", "socks": "PySocks"}
_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the environment variable that names it. ``address`` may hold a password, so the repr has none."""

    address: str = field(repr=False)
    variable: str

    @property
    def title(self) -> str:
        """For messages: host and port, and where they come from."""
        return f"the proxy {urlsplit(self.address).netloc.rpartition('@')[2]} (environment variable {self.variable})"

    def refusal(self, text: str) -> str | None:
        """That the proxy refuses the connection, if the text of an exception of urllib3 says so; else None."""
        status = re.search(r"Tunnel connection failed: (\d{3}[\w -]*)", text)
        if status:
            return f"{self.title} refuses the connection, {status[1].strip()}"
        return f"{self.title} cannot be reached" if "Unable to connect to proxy" in text else None

    def check(self, socks: str = "socksio") -> None:
        """Raises InvalidOption if no client can use the proxy; ``socks``: the module that its SOCKS proxies need."""
        try:
            parts = urlsplit(self.address)
            usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise InvalidOption(
                f"The environment variable {self.variable} names no usable proxy. Set it to a URL such as "
                "http://proxy.example:3128, or unset it."
            )
        if parts.scheme.startswith("socks") and importlib.util.find_spec(socks) is None:
            raise InvalidOption(
                f"Cannot use {self.title}: it is a SOCKS proxy, and the Python package {_PACKAGES[socks]} is not "
                "installed. Install it, or name an HTTP proxy."
            )


def find_proxy(url: str) -> Proxy | None:
    """The proxy for a URL, None if it is reached directly.

    As urllib reads the environment (and on macOS the system's settings); NO_PROXY may also list networks
    (``10.0.0.0/8``, ``fd00::/8``) and IPv6 addresses, with or without brackets.
    """
    parts = urlsplit(url)
    proxies = urllib.request.getproxies()
    for kind in (parts.scheme, "all"):
        address = proxies.get(kind)
        if address:
            if _is_excluded(parts.hostname or "", parts.netloc, proxies.get("no", "")):
                return None
            return Proxy(address if "://" in address else f"http://{address}", f"{kind}_proxy".upper())
    return None


def _is_excluded(host: str, netloc: str, excluded: str) -> bool:
    entries = [entry.strip() for entry in excluded.split(",")]
    if "*" in entries or urllib.request.proxy_bypass(netloc.rpartition("@")[2]):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for entry in entries for network in _networks(entry))


def _networks(entry: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The network that an entry of NO_PROXY names, none for a host name."""
    try:
        return [ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)]
    except ValueError:
        return []
