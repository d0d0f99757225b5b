# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Tokens of the task's identity."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from .._clock import Clock
from .._names.url import origin
from .clouds import KNOWN
from .credential_sources import Source, fetch_token
from .private_cache import PrivateCache

# A token is used only if it is valid for this many seconds more, so that it does not expire during the request.
TOKEN_RESERVE = 300.0


class Credentials:
    """Tokens of one identity: from memory, else from the cache on disk, else from the authority.

    :param source: the identity, and how it authenticates
    :param authority: URL of the authority (Entra ID) that issues the tokens
    :param register_secret: called with each secret and token before it is used, so that output can mask it
    :param cache: keeps tokens between tasks
    :param ca_file: PEM file of the certificate authorities to trust in place of the default ones
    """

    def __init__(
        self,
        source: Source,
        authority: str,
        *,
        register_secret: Callable[[str], None],
        cache: PrivateCache,
        clock: Clock,
        ca_file: str | None = None,
    ) -> None:
        self._source = source
        self._authority = authority
        self._register_secret = register_secret
        self._cache = cache
        self._clock = clock
        self._ca_file = ca_file
        self._memory: dict[str, tuple[str, float]] = {}

    def token(self, audience: str, *, fresh: bool = False) -> str:
        """A bearer token for a service, valid for at least five more minutes.

        :param audience: the service's address as the authority knows it: ``https://ml.azure.com``
        :param fresh: whether to drop the token that was returned before, because the service refused it
        :raises CredentialError: the authority refuses the identity, or cannot be reached
        """
        known = None if fresh else self._memory.get(audience)
        if known is None or known[1] <= self._clock.now():
            known = self._memory[audience] = self._cached_or_new(audience, fresh=fresh)
        return known[0]

    def _cached_or_new(self, audience: str, *, fresh: bool) -> tuple[str, float]:
        """A token, and the time until which it may be used."""
        for secret in self._source.secrets():
            self._register_secret(secret)
        key = self._cache_key(audience)
        if key is not None and fresh:
            self._cache.drop(key)
        elif key is not None and (cached := self._cache.read(key)) and _is_token(cached[0]):
            self._register_secret(cached[0])
            return cached
        token, expires = fetch_token(self._source, audience, self._authority, self._identity_settings())
        self._register_secret(token)
        usable_until = expires - TOKEN_RESERVE
        if key is not None:
            self._cache.write(key, token, usable_until)
        return token, usable_until

    def _cache_key(self, audience: str) -> list[str] | None:
        """All that a cached token depends on; None if tokens of this source are not cached."""
        source = self._source
        material = source.material()
        if material is None:
            return None
        return [source.title, self._authority, source.tenant or "", source.client_id or "", audience, *material]

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
