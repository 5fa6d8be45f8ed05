"""The OpenAPI document: complete, without warnings, and the same as the one that is kept here.

After a change of the API that is meant, renew the copy and read the difference before you commit it:

    python manage.py spectacular --fail-on-warn --validate --file tests/api/openapi.yaml
"""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

KEPT = Path(__file__).with_name("openapi.yaml")


def test_the_document_is_the_one_that_is_kept(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(made))
    assert made.read_text() == KEPT.read_text()


@pytest.mark.django_db
def test_the_document_is_served(client: Client) -> None:
    response = client.get("/api/v1/schema/")
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert yaml.safe_load(response.content) == yaml.safe_load(KEPT.read_text())
    assert client.get("/api/v1/schema/?format=json").json()["openapi"].startswith("3.")


def test_the_document_knows_the_filters_and_the_problems() -> None:
    timeline = yaml.safe_load(KEPT.read_text())["paths"]["/api/v1/units/{slug}/timeline/"]["get"]
    assert {p["name"] for p in timeline["parameters"] if p["in"] == "query"} == {
        "from",
        "to",
        "theme",
        "lane",
        "people",
    }
    assert set(timeline["responses"]) == {"200", "304", "400", "404"}
