"""Our key is replaced without a message that a platform could not check."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import jwt
import pytest
import time_machine
from django.core.management import call_command

from lti.models import ToolKey
from lti.protocol import keys, rotation

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def rotate(*arguments: str) -> str:
    out = StringIO()
    call_command("lti_rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def signing() -> str:
    return str(jwt.get_unverified_header(keys.sign({}))["kid"])


def published() -> list[str]:
    return [str(jwk["kid"]) for jwk in keys.public_jwks()["keys"]]


def test_a_whole_rotation(clock: time_machine.Traveller) -> None:
    first = signing()
    said = rotate()
    (second,) = set(published()) - {first}
    assert f"Published the key {second}" in said
    assert "again after 2026-03-03 12:00 UTC" in said
    assert signing() == first

    clock.shift(timedelta(hours=23))
    assert "Nothing was due" in rotate()
    assert (signing(), published()) == (first, [first, second])

    clock.shift(timedelta(hours=1))
    said = rotate()
    assert f"The key {second} signs from now on" in said
    assert "again after 2026-03-04 12:00 UTC" in said
    assert (signing(), published()) == (second, [first, second])

    clock.shift(timedelta(hours=23))
    assert "Nothing was due" in rotate()
    clock.shift(timedelta(hours=1))
    said = rotate()
    assert f"Dropped the key {first}" in said
    assert "the next call begins one" in said
    assert (signing(), published()) == (second, [second])


def test_every_message_can_be_checked_with_the_key_set_of_a_day_before(clock: time_machine.Traveller) -> None:
    keys.ensure_tool_key()
    signed_with = set()
    for _ in range(8):
        yesterday = set(published())
        clock.shift(timedelta(days=1))
        rotate("--every", "2")
        assert signing() in yesterday
        signed_with.add(signing())
    assert len(signed_with) > 1


def test_a_daily_job_waits_until_the_key_is_old_enough(clock: time_machine.Traveller) -> None:
    keys.ensure_tool_key()
    assert "when the key has signed for 90 days" in rotate("--every", "90")
    assert ToolKey.objects.count() == 1
    clock.shift(timedelta(days=90))
    assert "Published" in rotate("--every", "90")
    clock.shift(timedelta(days=1))
    assert "signs from now on" in rotate("--every", "90")
    clock.shift(timedelta(days=1))
    assert "Dropped" in rotate("--every", "90")
    clock.shift(timedelta(days=80))
    assert "Nothing was due" in rotate("--every", "90")
    assert ToolKey.objects.count() == 1


def test_a_key_that_others_have_seen_is_gone_at_once(clock: time_machine.Traveller) -> None:
    first = signing()
    rotate()
    coming = set(published()) - {first}
    said = rotate("--at-once")
    assert all(f"Dropped the key {kid}" in said for kid in (first, *coming))
    assert published() == [signing()]
    assert signing() not in {first, *coming}


def test_each_key_is_parsed_once(clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    unseal = keys.unseal
    monkeypatch.setattr(keys, "unseal", lambda sealed: opened.append(sealed) or unseal(sealed))
    for _ in range(4):
        for _ in range(3):
            signing()
        rotate()
        clock.shift(rotation.OVERLAP)
    assert len(opened) == len(set(opened)) == 2


def test_the_first_call_makes_the_first_key(clock: time_machine.Traveller) -> None:
    assert "Published" in rotate()
    assert ToolKey.objects.count() == 2
