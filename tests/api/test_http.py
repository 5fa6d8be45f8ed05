"""Conditional requests, other origins, and problems that say what to change."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from coexistence.content.importer import load
from tests.content.small_unit import edited, write_unit

pytestmark = pytest.mark.usefixtures("unit")

ADDRESSES = ["", "bridges/", *(f"bridges/{part}/" for part in ("lesson", "timeline", "people", "glossary", "quiz"))]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_known_is_not_sent_again(client: Client, django_assert_num_queries: Any, address: str) -> None:
    first = client.get(f"/api/v1/units/{address}")
    assert first["ETag"].startswith('"')
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    with django_assert_num_queries(1):
        again = client.get(f"/api/v1/units/{address}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Access-Control-Allow-Origin"] == "*"


def test_each_address_and_language_has_its_own_etag(client: Client, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
    plain = client.get("/api/v1/units/bridges/timeline/")["ETag"]
    narrowed = client.get("/api/v1/units/bridges/timeline/?theme=fall")["ETag"]
    spanish = client.get("/api/v1/units/bridges/timeline/", headers={"Accept-Language": "es"})["ETag"]
    people = client.get("/api/v1/units/bridges/people/")["ETag"]
    assert len({plain, narrowed, spanish, people}) == 4


def test_a_change_of_content_changes_the_etag(client: Client, tmp_path: Path) -> None:
    old = client.get("/api/v1/units/bridges/people/")["ETag"]
    load(write_unit(tmp_path / "bridges", edited("people.yaml", "Otto Brook", "Otto Bridge")))
    new = client.get("/api/v1/units/bridges/people/", headers={"If-None-Match": old})
    assert new.status_code == 200
    assert new["ETag"] != old


def test_an_etag_depends_on_the_secret_that_orders_options(client: Client, settings: Any) -> None:
    old = client.get("/api/v1/units/bridges/quiz/")["ETag"]
    settings.SECRET_KEY = "another-" + "1" * 50
    assert client.get("/api/v1/units/bridges/quiz/")["ETag"] != old


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_and_options(client: Client, address: str) -> None:
    head = client.head(f"/api/v1/units/{address}")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == client.get(f"/api/v1/units/{address}")["ETag"]
    options = client.options(
        f"/api/v1/units/{address}", headers={"Origin": "https://site.example", "Access-Control-Request-Method": "GET"}
    )
    assert options.status_code == 200
    assert options["Access-Control-Allow-Origin"] == "*"
    assert "GET" in options["Access-Control-Allow-Methods"]
    assert "If-None-Match" in options["Access-Control-Allow-Headers"]


def test_other_origins_may_read_and_no_cookie_is_set(client: Client) -> None:
    response = client.get("/api/v1/units/", headers={"Origin": "https://site.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Expose-Headers"] == "ETag"
    assert "Access-Control-Allow-Credentials" not in response
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_the_content_says_its_language(client: Client) -> None:
    assert client.get("/api/v1/units/bridges/lesson/", headers={"Accept-Language": "es"})["Content-Language"] == "en"


def problem(response: Any, status: int) -> Any:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response
    body = response.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"]
    return body


@pytest.mark.parametrize("part", ["", "lesson/", "timeline/", "people/", "glossary/", "quiz/"])
def test_no_such_unit(client: Client, part: str) -> None:
    body = problem(client.get(f"/api/v1/units/tunnels/{part}"), 404)
    assert body["detail"] == "There is no unit called tunnels; GET /api/v1/units/ lists those that exist."


@pytest.mark.parametrize("path", ["", "nothing/", "units/bridges/nothing/", "units/%C3%BC/", "units/bridges/quiz/1/"])
def test_no_such_address(client: Client, path: str) -> None:
    body = problem(client.get(f"/api/v1/{path}"), 404)
    assert "/api/v1/units/" in body["detail"]


@pytest.mark.parametrize("path", ["units", "units/bridges", "units/bridges/lesson", "schema"])
def test_a_missing_slash_is_put_right(client: Client, path: str) -> None:
    response = client.get(f"/api/v1/{path}")
    assert (response.status_code, response["Location"]) == (301, f"/api/v1/{path}/")


@pytest.mark.parametrize(
    ("parameters", "name", "words"),
    [
        ({"theme": "war"}, "theme", ["Unknown: war.", "build, fall"]),
        ({"lane": "left,main"}, "lane", ["Unknown: left.", "main, elsewhere"]),
        ({"people": "anna,nobody"}, "people", ["Unknown: nobody.", "anna, otto"]),
        ({"from": "yesterday"}, "from", ["1955-07-18, 1955-07 or 1955"]),
        ({"to": "1955-13"}, "to", ["1955-07-18, 1955-07 or 1955"]),
        ({"to": "1955\0"}, "to", ["Null characters are not allowed."]),
        ({"theme": "\0"}, "theme", ["Null characters are not allowed."]),
        ({"form": "1955"}, "form", ["Unknown parameter", "from, lane, people, theme, to"]),
    ],
)
def test_a_wrong_parameter(client: Client, parameters: dict[str, str], name: str, words: list[str]) -> None:
    body = problem(client.get("/api/v1/units/bridges/timeline/", parameters), 400)
    assert list(body["parameters"]) == [name]
    for word in words:
        assert word in body["parameters"][name][0]
        assert word in body["detail"]


def test_a_parameter_where_there_is_none(client: Client) -> None:
    body = problem(client.get("/api/v1/units/?page=2"), 400)
    assert body["parameters"] == {"page": ["Unknown parameter; this address takes: none."]}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(client: Client, method: str) -> None:
    body = problem(getattr(client, method)("/api/v1/units/bridges/"), 405)
    assert "only read" in body["detail"]


def test_only_json_is_spoken(client: Client) -> None:
    body = problem(client.get("/api/v1/units/", headers={"Accept": "text/html"}), 406)
    assert "application/json" in body["detail"]
