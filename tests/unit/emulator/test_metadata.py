"""How ARM describes its cloud, in the forms that clients ask for."""

from __future__ import annotations

import pytest


@pytest.fixture
def http(surface):
    return surface("management")


def test_the_newest_form_leads_to_every_service(http, emulator):
    settings = emulator.state.settings
    body = http.get("/metadata/endpoints", params={"api-version": "2022-09-01"}).json()
    assert body["resourceManager"].rstrip("/") == settings.url("management")
    assert body["authentication"]["loginEndpoint"] == settings.url("login")
    # From the portal's host clients make the audience of the scoring host, https://ml.azure.com.
    assert body["portal"].rstrip("/").split(".")[2:] == ["com"]
    assert body["suffixes"]["storage"] == settings.url("blob").removeprefix("https://")


def test_the_first_form(http, emulator):
    body = http.get("/metadata/endpoints", params={"api-version": "2015-01-01"}).json()
    assert body["authentication"]["audiences"][0].rstrip("/") == emulator.state.settings.url("management")
    assert {"galleryEndpoint", "graphEndpoint", "portalEndpoint"} < set(body)


def test_a_version_is_required(http):
    assert http.get("/metadata/endpoints").status_code == 400
