"""The pages that need no visit."""

import pytest
from django.test import Client

from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


def test_a_passer_by_learns_what_this_is_and_how_to_connect_it() -> None:
    UnitFactory(title="The long year")
    page = Client().get("/").content.decode()
    assert "The long year" in page
    assert "http://testserver/lti/register/" in page
    assert "/api/v1/units/" in page


def test_pages_speak_one_language_whatever_the_browser_asks_for() -> None:
    page = Client().get("/", headers={"Accept-Language": "de"})
    assert b'<html lang="en">' in page.content


def test_an_unknown_address_gets_a_page_of_ours() -> None:
    answer = Client().get("/nowhere/")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content
