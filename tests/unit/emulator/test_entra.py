"""Tokens: issued for one audience, refused with Entra's own error numbers."""

from __future__ import annotations

from datetime import datetime, timezone

import jwt
import pytest

from tests.emulator.entra import expired


@pytest.fixture
def login(surface):
    return surface("login")


def form(settings, **changes):
    return {
        "grant_type": "client_credentials",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "scope": f"{settings.url('management')}/.default",
        **changes,
    }


def test_client_credentials_yield_a_token_that_the_published_key_verifies(login, emulator):
    settings = emulator.state.settings
    answer = login.post(f"/{settings.tenant_id}/oauth2/v2.0/token", data=form(settings))
    assert answer.status_code == 200
    keys = login.get(f"/{settings.tenant_id}/discovery/v2.0/keys").json()["keys"]
    claims = jwt.decode(
        answer.json()["access_token"],
        jwt.PyJWK(keys[0]).key,
        algorithms=["RS256"],
        audience=settings.url("management"),
    )
    assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == 3600


def test_the_first_version_takes_a_resource_and_answers_strings(login, emulator):
    settings = emulator.state.settings
    data = form(settings, resource="https://ml.azure.com")
    body = login.post(f"/{settings.tenant_id}/oauth2/token", data=data).json()
    assert (body["resource"], body["expires_in"]) == ("https://ml.azure.com", "3600")


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"client_secret": "wrong"}, 401, 7000215),
        ({"client_id": "somebody"}, 400, 700016),
        ({"scope": "https://example.com/.default"}, 400, 500011),
        ({"scope": "https://ml.azure.com"}, 400, 1002012),
        ({"grant_type": "password"}, 400, 70003),
    ],
)
def test_bad_requests_get_the_numbers_of_entra(login, emulator, changes, status, number):
    settings = emulator.state.settings
    answer = login.post(f"/{settings.tenant_id}/oauth2/v2.0/token", data=form(settings, **changes))
    assert (answer.status_code, answer.json()["error_codes"]) == (status, [number])
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")
    assert settings.client_secret not in answer.text


def test_an_unknown_tenant_is_refused(login, emulator):
    answer = login.post("/nowhere/oauth2/v2.0/token", data=form(emulator.state.settings))
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])
    assert login.get("/nowhere/v2.0/.well-known/openid-configuration").status_code == 400


def test_the_openid_document_leads_to_the_same_authority(login, emulator):
    settings = emulator.state.settings
    body = login.get(f"/{settings.tenant_id}/v2.0/.well-known/openid-configuration").json()
    assert body["issuer"] == f"{settings.url('login')}/{settings.tenant_id}/v2.0"
    assert body["token_endpoint"] == f"{settings.url('login')}/{settings.tenant_id}/oauth2/v2.0/token"


def test_a_token_of_another_instance_is_refused(workspace):
    head, claims, signature = workspace.headers["Authorization"].split(".")
    workspace.headers = {"Authorization": f"{head}.{claims}.{signature[::-1]}"}
    answer = workspace.send("GET", "")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def asserted(login, settings, assertion, **changes):
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    data = {**form(settings), "client_assertion": assertion, "client_assertion_type": kind, **changes}
    del data["client_secret"]
    return login.post(f"/{settings.tenant_id}/oauth2/v2.0/token", data=data)


def test_an_assertion_of_the_trusted_provider_yields_a_token(login, emulator, workspace):
    settings = emulator.state.settings
    assertion = login.get("/federation/token", params={"audience": "api://AzureADTokenExchange"}).json()["value"]
    answer = asserted(login, settings, assertion)
    assert answer.status_code == 200
    workspace.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert workspace.get("")["name"] == settings.workspace_name


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"subject": "repo:other/other:ref:refs/heads/main"}, 700213),
        ({"audience": "https://example.com"}, 700212),
    ],
)
def test_an_assertion_for_somebody_else_is_refused(login, emulator, claims, number):
    settings = emulator.state.settings
    assertion = login.get("/federation/token", params=claims).json()["value"]
    answer = asserted(login, settings, assertion)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (401, "invalid_client", [number])
    assert next(iter(claims.values())) in body["error_description"]


def test_an_assertion_grows_old(login, emulator):
    settings = emulator.state.settings
    assertion = login.get("/federation/token").json()["value"]
    emulator.state.clock.advance(601)
    assert asserted(login, settings, assertion).json()["error_codes"] == [700024]


@pytest.mark.parametrize(("assertion", "number"), [("nonsense", 50027), (None, 700027)])
def test_an_assertion_must_be_signed_by_the_provider(login, emulator, assertion, number):
    settings = emulator.state.settings
    if assertion is None:
        head, claims, signature = emulator.state.entra.federation.issue().split(".")
        assertion = f"{head}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    answer = asserted(login, settings, assertion)
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [number])


def test_an_assertion_names_its_type(login, emulator):
    settings = emulator.state.settings
    assertion = emulator.state.entra.federation.issue()
    answer = asserted(login, settings, assertion, client_assertion_type="saml")
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [900144])


def test_a_token_of_the_tenant_is_no_assertion(login, emulator):
    settings = emulator.state.settings
    token = emulator.state.entra.issue("https://ml.azure.com")
    assert asserted(login, settings, token).json()["error_codes"] == [700211]


def test_an_expired_token_is_refused_with_both_times():
    expiry = datetime(2024, 8, 20, 16, 48, 47, tzinfo=timezone.utc)
    assert expired(expiry, expiry.replace(hour=0, minute=5)) == (
        "The access token expiry UTC time '8/20/2024 4:48:47 PM' is earlier than current UTC time "
        "'8/20/2024 12:05:47 AM'."
    )
