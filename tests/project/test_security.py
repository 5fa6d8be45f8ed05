"""Secrets of addresses in logs, the origins that an operator lists, and what a proxy may say."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from coexistence import environment
from coexistence.security import MaskedAddresses, mask_access_logs, masked

SECRET = "s" * 43
ADDRESS = f"/l/abcdEFGH1234_-xy~{SECRET}/quiz/?a=1"


def logged(caplog, call):
    """The text that a handler of the settings would write."""
    caplog.handler.addFilter(MaskedAddresses())
    call()
    return caplog.text


@pytest.mark.parametrize(
    "call",
    [
        lambda log: log.warning("Forbidden: %s", ADDRESS),
        lambda log: log.warning(f"Forbidden: {ADDRESS}"),
        lambda log: log.warning("%(r)s %(f)s", {"r": f"GET {ADDRESS} HTTP/1.1", "f": f"http://localhost{ADDRESS}"}),
        lambda log: log.warning("GET %s", ADDRESS.replace("~", "%7E")),
    ],
)
def test_a_secret_in_an_address_is_masked(caplog, call):
    text = logged(caplog, lambda: call(logging.getLogger("django.request")))
    assert SECRET not in text
    assert "/l/abcdEFGH1234_-xy" in text
    assert "***/quiz/" in text


def test_a_secret_in_a_traceback_is_masked(caplog):
    def fail():
        try:
            raise ValueError(ADDRESS)
        except ValueError:
            logging.getLogger("django.request").exception("Internal Server Error: %s", ADDRESS)

    text = logged(caplog, fail)
    assert SECRET not in text
    assert "ValueError" in text


def test_a_line_that_cannot_be_formed_harms_nobody(caplog):
    record = logging.LogRecord("x", logging.INFO, "", 0, "%d", ("x",), None)
    assert MaskedAddresses().filter(record)


def test_the_access_log_of_the_web_server_is_masked(caplog):
    mask_access_logs()
    log = logging.getLogger("gunicorn.access")
    log.setLevel(logging.INFO)
    log.info('%(h)s "%(r)s" %(s)s "%(f)s"', {"h": "::1", "r": f"GET {ADDRESS}", "s": "200", "f": f"http://h{ADDRESS}"})
    assert SECRET not in caplog.text
    assert caplog.text.count("***/quiz/") == 2


def test_addresses_without_a_secret_stay_as_they_are(caplog):
    text = logged(caplog, lambda: logging.getLogger("x").warning("GET /l/abcdEFGH1234_-xy/quiz/ ~x /l/"))
    assert "GET /l/abcdEFGH1234_-xy/quiz/ ~x /l/" in text


@pytest.mark.parametrize("listed", ["https://lms.example.edu", "https://*.example.edu http://localhost:8001", ""])
def test_the_operator_lists_origins(monkeypatch, listed):
    monkeypatch.setenv("LTI_FRAME_ANCESTORS", listed)
    assert environment.origins("LTI_FRAME_ANCESTORS") == listed.split()


@pytest.mark.parametrize(
    "listed",
    ["*", "https://*", "https:", "https://*.edu", "https://a.example/path", "lms.example.edu", "https://a;b", "'self'"],
)
def test_what_is_no_origin_or_every_site_stops_the_start(monkeypatch, listed):
    monkeypatch.setenv("LTI_FRAME_ANCESTORS", listed)
    with pytest.raises(ImproperlyConfigured, match="LTI_FRAME_ANCESTORS names"):
        environment.origins("LTI_FRAME_ANCESTORS")


@pytest.mark.parametrize(("trusted", "scheme"), [("yes", "https"), ("", "http")])
def test_a_proxy_is_believed_only_where_the_operator_says_so(trusted, scheme, tmp_path):
    program = (
        "import django, json; django.setup()\n"
        "from django.test import RequestFactory\n"
        "request = RequestFactory().get('/', HTTP_X_FORWARDED_PROTO='https')\n"
        "print(json.dumps(request.scheme))"
    )
    env = {
        **os.environ,
        "COEXISTENCE_MODE": "test",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "coexistence.settings",
        "TRUST_FORWARDED_PROTO": trusted,
    }
    found = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == scheme


@pytest.mark.parametrize("name", ["registration_token", "id_token", "access_token", "client_assertion", "state"])
def test_a_secret_in_a_query_is_masked(name):
    line = f"GET /lti/register/?openid_configuration=https://p.example/c&{name}=eyJ.a-b_c&x=1 HTTP/1.1"
    assert masked(line) == line.replace("eyJ.a-b_c", "***")


def test_an_invitation_is_masked():
    assert masked("GET /lti/register/a-b_c/?x=1 HTTP/1.1") == "GET /lti/register/***/?x=1 HTTP/1.1"
