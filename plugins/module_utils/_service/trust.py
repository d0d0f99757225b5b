# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The certificate authorities that are trusted, as TLS contexts."""

from __future__ import annotations

import os
import ssl

from .._errors import InvalidOption


class Trust:
    """TLS contexts by file of authorities. A file is read once, and again after it changed: a bundle takes 20 ms."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, int, int] | None, ssl.SSLContext] = {}

    def context(self, ca_file: str | None) -> ssl.SSLContext:
        """The TLS context that trusts the authorities in a PEM file, None for the default ones.

        :raises InvalidOption: the file cannot be used
        """
        version = _version(ca_file) if ca_file else None
        if version not in self._contexts:
            self._contexts[version] = new_context(ca_file)
        return self._contexts[version]


def new_context(ca_file: str | None) -> ssl.SSLContext:
    """A TLS context of its own, as ``Trust.context``."""
    return _read(ca_file) if ca_file else _default()


def _version(ca_file: str) -> tuple[str, int, int] | None:
    """Path, time and size."""
    try:
        status = os.stat(ca_file)
    except OSError:
        return (ca_file, 0, 0)
    return (ca_file, status.st_mtime_ns, status.st_size)


def _default() -> ssl.SSLContext:
    import httpx  # the caller has found it; modules that make no request need none

    return httpx.create_ssl_context(trust_env=False)


def _read(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except FileNotFoundError:
        reason = "there is no such file"
    except ssl.SSLError:
        reason = "it holds no certificate in PEM form"
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    raise InvalidOption(
        f"ca_file '{ca_file}' cannot be used: {reason}. Correct the option, or the environment variable SSL_CERT_FILE, "
        "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE that it comes from."
    )
