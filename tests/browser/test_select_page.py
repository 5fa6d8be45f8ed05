"""The picker in Chromium, with the settings of a quiz opened."""

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from coexistence.courses import visits
from tests.factories import QuizFactory, UnitFactory
from tests.lti.platform import Endpoint, Platform

from .test_pages import DESK, PHONE, look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_picker_is_accessible_with_all_its_settings(browser: Browser, live_server: LiveServer, viewport) -> None:
    QuizFactory(unit=UnitFactory(title="The Thaw"), types=("true_false",))
    endpoint, client = Endpoint(), Client()
    address = live_server.url + Platform(endpoint).select(client)["Location"]
    context = browser.new_context(viewport=viewport)
    context.add_cookies([{"name": visits.COOKIE, "value": client.cookies[visits.COOKIE].value, "url": address}])
    page = context.new_page()
    page.goto(address)
    look(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    look(page)
    context.close()
    endpoint.close()
