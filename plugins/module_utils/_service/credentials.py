# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Tokens of the task's identity."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Callable

from .._cache import Cache
from .._clock import Clock
from .._names.url import origin
from .clouds import KNOWN
from .credential_sources import Source, fetch_token
from .trusted_hosts import TrustedHosts

# A token is used only if it is valid for this many seconds more, so that it does not expire during the request.
TOKEN_RESERVE = 300.0


class Credentials:
    """Tokens of one identity: from memory, else from the cache, else from the authority. Threads may share it.

    :param source: the identity, and how it authenticates
    :param authority: URL of the authority (Entra ID) that issues the tokens
    :param hosts: where tokens may be sent
    :param register_secret: called with each secret and token before it is used, so that output can mask it
    :param cache: keeps tokens between tasks
    :param on_disk: whether a cache on disk may hold them
    :param ca_file: PEM file of the certificate authorities to trust in place of the default ones
    """

    def __init__(
        self,
        source: Source,
        authority: str,
        *,
        hosts: TrustedHosts,
        register_secret: Callable[[str], None],
        cache: Cache,
        on_disk: bool = True,
        clock: Clock,
        ca_file: str | None = None,
    ) -> None:
        self._source = source
        self._authority = authority
        self._hosts = hosts
        self._register_secret = register_secret
        self._cache = cache
        self._is_cached = not cache.on_disk or (on_disk and source.may_be_on_disk)
        self._lock = threading.Lock()
        self._clock = clock
        self._ca_file = ca_file
        self._memory: dict[str, tuple[str, float]] = {}

    def token(self, audience: str, *, to: str, fresh: bool = False) -> str:
        """A bearer token for a service, valid for at least five more minutes.

        :param audience: the service's address as the authority knows it: ``https://ml.azure.com``
        :param to: the URL of the request that will carry it
        :param fresh: whether to drop the token that was returned before, because the service refused it
        :raises CredentialError: no token is sent to that host; or the authority refuses the identity, or cannot be
            reached
        """
        self._hosts.check(to, audience)
        with self._lock:
            known = self._memory.get(audience)
            if known is None or fresh or known[1] <= self._clock.now():
                refused = known[0] if known is not None and fresh else None
                known = self._memory[audience] = self._cached_or_new(audience, refused)
            return known[0]

    def _cached_or_new(self, audience: str, refused: str | None) -> tuple[str, float]:
        """A token other than the one that was refused, and the time until which it may be used."""
        for secret in self._source.secrets():
            self._register_secret(secret)
        if not self._is_cached:
            return self._new(audience)
        key = self._cache_key(audience)
        cached = self._cached(key, refused)
        if cached is None:
            with self._cache.lock(key):
                # Another task may have requested one since.
                cached = self._cached(key, refused)
                if cached is None:
                    cached = self._new(audience)
                    self._cache.write(key, *cached)
        return cached

    def _cached(self, key: list[str], refused: str | None) -> tuple[str, float] | None:
        cached = self._cache.read(key)
        if cached is None or not _is_token(cached[0]):
            return None
        if cached[0] == refused:
            self._cache.drop(key)
            return None
        self._register_secret(cached[0])
        return cached

    def _new(self, audience: str) -> tuple[str, float]:
        token, expires = fetch_token(self._source, audience, self._authority, self._identity_settings())
        self._register_secret(token)
        return token, expires - TOKEN_RESERVE

    def _cache_key(self, audience: str) -> list[str]:
        """All that a cached token depends on."""
        source = self._source
        names = (source.title, self._authority, source.tenant or "", source.client_id or "", audience)
        return [*names, *source.material()]

    def _identity_settings(self) -> dict[str, t.Any]:
        public = {origin(cloud.authority) for cloud in KNOWN.values()}
        return {
            "authority": self._authority,
            # Instance discovery knows only the public clouds, and would refuse the authority of a private one.
            "disable_instance_discovery": origin(self._authority) not in public,
            "retry_total": 2,
            "connection_timeout": 10,
            "read_timeout": 30,
            **({"connection_verify": self._ca_file} if self._ca_file else {}),
        }


def _is_token(value: t.Any) -> bool:
    """Whether a value of the cache can be sent as a bearer token: a text of printable characters without blanks."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and bool(value) and " " not in value
