"""Our own keys: one signs, all are published, none rests in the clear."""

from io import StringIO

import jwt
import pytest
from django.core.management import call_command

from coexistence.security import SealBrokenError
from lti.models import ToolKey
from lti.protocol import keys

pytestmark = pytest.mark.django_db


def test_there_is_one_signing_key_however_often_it_is_asked_for() -> None:
    assert keys.ensure_tool_key() == keys.ensure_tool_key()
    assert ToolKey.objects.count() == 1


def test_a_signature_is_good_under_the_published_key_of_its_kid() -> None:
    token = keys.sign({"iss": "someone"})
    header = jwt.get_unverified_header(token)
    (published,) = keys.public_jwks()["keys"]
    assert header["kid"] == published["kid"]
    assert header["alg"] == published["alg"] == "RS256"
    assert jwt.decode(token, jwt.PyJWK(published), ["RS256"]) == {"iss": "someone"}


def test_nothing_private_is_published_or_kept_in_the_clear() -> None:
    key = keys.ensure_tool_key()
    (published,) = keys.public_jwks()["keys"]
    assert set(published) == {"kty", "n", "e", "alg", "use", "kid"}
    assert "PRIVATE" not in key.sealed_private_key


def test_retired_and_coming_keys_stay_published_but_do_not_sign() -> None:
    retired = keys.ensure_tool_key()
    ToolKey.objects.filter(pk=retired.pk).update(state=ToolKey.State.RETIRED)
    active = keys.ensure_tool_key()
    assert {jwk["kid"] for jwk in keys.public_jwks()["keys"]} == {retired.kid, active.kid}
    assert jwt.get_unverified_header(keys.sign({}))["kid"] == active.kid


def test_the_private_key_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keys.sign({})
    monkeypatch.setattr(keys, "unseal", lambda sealed: pytest.fail("parsed again"))
    keys.sign({})


def test_another_secret_key_cannot_open_it(settings: pytest.FixtureRequest) -> None:
    sealed = keys.ensure_tool_key().sealed_private_key
    keys._private_key.cache_clear()
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(SealBrokenError):
        keys._private_key(sealed)


def test_the_command_prints_the_kid() -> None:
    out = StringIO()
    call_command("lti_tool_key", stdout=out)
    assert out.getvalue().strip() == ToolKey.objects.get().kid
