# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.url import (
    is_https,
    origin,
    signature_secrets,
    split_signature,
    without_query,
)
from hypothesis import given
from hypothesis import strategies as st

BROKEN = ["https://[::1", "https://[x]/", "https://host:port", "https://host:99999"]


@pytest.mark.parametrize("url", ["https://host", "https://host:8443/a?b=c", "https://[::1]:1", "HTTPS://host"])
def test_the_url_of_a_host_over_tls(url: str) -> None:
    assert is_https(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "host",
            "http://host",
            "ftp://host",
            "https:host",
            "https://",
            "https:///path",
            "https://?q",
            "https://:1",
        ),
        *(
            "https://user@host",
            "https://a:b@host",
            "https://ho st",
            "https://host\n",
            "https://host\\x",
            "https://host:0",
        ),
        *BROKEN,
    ],
)
def test_no_other_text_is_one(url: str) -> None:
    assert not is_https(url)


@given(st.text())
def test_every_text_gets_an_answer(text: str) -> None:
    for url in (text, f"https://{text}"):
        is_https(url)
        origin(url)


def test_origin_and_query() -> None:
    assert origin("HTTPS://Host:443/a?sig=b") == "https://host:443"
    assert origin("https://[::1") == ""
    assert without_query("https://host/a?sig=b?c") == "https://host/a"


SAS = "sv=2025-01-05&se=2026-12-01&sr=c&sp=rl&sig=planted%2Bsignature%3D"


@pytest.mark.parametrize(
    ("url", "bare", "signature"),
    [
        (f"https://a/b?{SAS}", "https://a/b", SAS),
        (f"https://a/b?versionid=7&{SAS}", "https://a/b?versionid=7", SAS),
        ("https://a/b?versionid=7", "https://a/b?versionid=7", ""),
        ("https://a/b?se=not-a-signature", "https://a/b?se=not-a-signature", ""),
        ("https://a/b", "https://a/b", ""),
        ("https://a/b?", "https://a/b", ""),
    ],
)
def test_the_signature_of_a_url(url: str, bare: str, signature: str) -> None:
    assert split_signature(url) == (bare, signature)
    assert signature_secrets(signature) == ([SAS, "planted+signature=", "planted%2Bsignature%3D"] if signature else [])
