"""The line item service in both manners."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from lti.sandbox.models import Activity, Grade, LineItem, Person
from lti.sandbox.vocabulary import LINE_ITEM_TYPE, LINE_ITEMS_TYPE

from .school import ISSUER, FakeTool, column


@pytest.fixture
def moodle_url(tool: FakeTool) -> str:
    return f"{ISSUER}/mod/lti/services.php/1/lineitems?type_id={tool.row.deployment_id}"


CANVAS_URL = f"{ISSUER}/api/lti/courses/1/line_items"


def test_moodle_lists_only_for_the_exact_type(tool: FakeTool, moodle_url: str) -> None:
    item = column(tool, tag="grade", resource_id="quiz")
    for accept in ("*/*", "application/json", f"{LINE_ITEMS_TYPE}, */*", LINE_ITEM_TYPE):
        answer = tool.call("GET", moodle_url, accept=accept)
        assert answer.status_code == 400
        assert "No handler found" in answer.json()["reason"]
    answer = tool.call("GET", moodle_url, accept=LINE_ITEMS_TYPE)
    assert answer["Content-Type"] == LINE_ITEMS_TYPE
    assert answer.json() == [
        {
            "id": f"{ISSUER}/mod/lti/services.php/1/lineitems/{item.pk}/lineitem?type_id={tool.row.deployment_id}",
            "label": item.label,
            "scoreMaximum": 10,
            "tag": "grade",
            "resourceId": "quiz",
            "resourceLinkId": item.activity.resource_link_id,
            "ltiLinkId": item.activity.resource_link_id,
        }
    ]


def test_canvas_does_not_look_at_types(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    item = column(tool)
    (found,) = tool.call("GET", CANVAS_URL, accept="application/json").json()
    assert found["id"] == f"{CANVAS_URL}/{item.pk}"
    assert "ltiLinkId" not in found


def test_moodle_addresses_keep_their_query(tool: FakeTool, moodle_url: str) -> None:
    item = column(tool)
    bare = moodle_url.partition("?")[0]
    answer = tool.call("GET", bare, accept=LINE_ITEMS_TYPE)
    assert answer.status_code == 403
    assert "type_id" in answer.json()["reason"]
    pasted = f"{bare}/{item.pk}/lineitem?type_id={tool.row.deployment_id}/scores"
    assert tool.call("GET", pasted, accept=LINE_ITEM_TYPE).status_code == 403


def test_filters(tool: FakeTool, moodle_url: str, as_canvas: Callable[[], None]) -> None:
    wanted = column(tool, tag="a", resource_id="r")
    column(tool, tag="b")
    link = wanted.activity.resource_link_id
    for query in ("tag=a", "resource_id=r", f"resource_link_id={link}", f"lti_link_id={link}"):
        found = tool.call("GET", f"{moodle_url}&{query}", accept=LINE_ITEMS_TYPE).json()
        assert [row["label"] for row in found] == [wanted.label]
    as_canvas()
    assert len(tool.call("GET", f"{CANVAS_URL}?tag=a").json()) == 1
    assert len(tool.call("GET", f"{CANVAS_URL}?lti_link_id={link}").json()) == 2


def test_a_long_list_asks_no_question_per_row(
    tool: FakeTool, moodle_url: str, django_assert_max_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    for _ in range(20):
        column(tool)
    tool.call("GET", moodle_url, accept=LINE_ITEMS_TYPE)
    with django_assert_max_num_queries(14):
        assert len(tool.call("GET", moodle_url, accept=LINE_ITEMS_TYPE).json()) == 20


def test_moodle_pages_with_typographic_quotes(tool: FakeTool, moodle_url: str) -> None:
    for _ in range(3):
        column(tool)
    answer = tool.call("GET", f"{moodle_url}&limit=2", accept=LINE_ITEMS_TYPE)
    assert len(answer.json()) == 2
    link = answer["Link"].encode("latin-1").decode()
    assert link.endswith("; rel=“next”")
    assert "&amp;" in link
    following = link[1 : link.index(">")].replace("&amp;", "&")
    answer = tool.call("GET", following, accept=LINE_ITEMS_TYPE)
    assert len(answer.json()) == 1
    assert "Link" not in answer
    assert len(tool.call("GET", moodle_url, accept=LINE_ITEMS_TYPE).json()) == 3


def test_canvas_gives_ten_to_a_page(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    for _ in range(11):
        column(tool)
    answer = tool.call("GET", CANVAS_URL)
    assert len(answer.json()) == 10
    assert answer["Link"].endswith('; rel="next"')
    following = answer["Link"][1 : answer["Link"].index(">")]
    assert len(tool.call("GET", following).json()) == 1
    assert tool.call("GET", f"{CANVAS_URL}?limit=many").status_code == 400


def test_creating(tool: FakeTool, moodle_url: str, as_canvas: Callable[[], None]) -> None:
    body = {"label": "Extra", "scoreMaximum": 12.5, "tag": "t"}
    answer = tool.call("POST", moodle_url, body, content_type=LINE_ITEM_TYPE)
    assert answer.status_code == 201
    assert answer.json()["scoreMaximum"] == 12.5
    again = tool.call("POST", moodle_url, body, content_type=LINE_ITEM_TYPE)
    assert again.json()["id"] != answer.json()["id"]
    for wrong in ("application/json", f"{LINE_ITEM_TYPE}; charset=utf-8", ""):
        assert tool.call("POST", moodle_url, body, content_type=wrong).status_code == 400
    as_canvas()
    assert tool.call("POST", CANVAS_URL, body, content_type="application/json").status_code == 201
    assert LineItem.objects.filter(activity=None).count() == 3


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{", "JSON"),
        ([], "object"),
        ({"scoreMaximum": 1}, "label"),
        ({"label": "", "scoreMaximum": 1}, "label"),
        ({"label": "a"}, "scoreMaximum"),
        ({"label": "a", "scoreMaximum": "10"}, "scoreMaximum"),
        ({"label": "a", "scoreMaximum": True}, "scoreMaximum"),
        ({"label": "a", "scoreMaximum": -1}, "scoreMaximum"),
        ('{"label": "a", "scoreMaximum": NaN}', "JSON"),
        ({"label": "a", "scoreMaximum": 1, "tag": 3}, "tag"),
    ],
)
def test_a_bad_line_item(tool: FakeTool, moodle_url: str, body: Any, word: str) -> None:
    answer = tool.call("POST", moodle_url, body, content_type=LINE_ITEM_TYPE)
    assert answer.status_code == 400
    assert word in answer.json()["reason"]
    assert not LineItem.objects.exists()


def test_a_line_item_on_an_activity(tool: FakeTool, moodle_url: str, as_canvas: Callable[[], None]) -> None:
    first = column(tool)
    body = {"label": "Second", "scoreMaximum": 5, "resourceLinkId": first.activity.resource_link_id}
    assert tool.call("POST", moodle_url, body, content_type=LINE_ITEM_TYPE).status_code == 201
    assert first.activity.line_items.count() == 2
    unknown = body | {"resourceLinkId": "nowhere"}
    assert tool.call("POST", moodle_url, unknown, content_type=LINE_ITEM_TYPE).status_code == 403
    as_canvas()
    assert tool.call("POST", CANVAS_URL, unknown).status_code == 404


def test_moodle_put_replaces_everything(tool: FakeTool, learner: Person) -> None:
    item = column(tool, tag="t", resource_id="r")
    Grade.objects.create(line_item=item, person=learner, score=5, timestamp=timezone.now())
    url = f"{ISSUER}/mod/lti/services.php/1/lineitems/{item.pk}/lineitem?type_id={tool.row.deployment_id}"
    answer = tool.call("PUT", url, {"label": "New", "scoreMaximum": 20}, content_type=LINE_ITEM_TYPE)
    assert answer.status_code == 200
    item.refresh_from_db()
    assert (item.tag, item.resource_id, item.activity) == ("", "", None)
    assert Grade.objects.get().score == Decimal(10)


def test_canvas_put_keeps_and_renames_the_assignment(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    as_canvas()
    item = column(tool, tag="t", resource_id="r")
    answer = tool.call("PUT", f"{CANVAS_URL}/{item.pk}", {"label": "New", "scoreMaximum": 20})
    assert answer.json()["tag"] == "t"
    assert Activity.objects.get().title == "New"


def test_deleting(tool: FakeTool, as_canvas: Callable[[], None]) -> None:
    item, other = column(tool), column(tool, coupled=False)
    url = f"{ISSUER}/mod/lti/services.php/1/lineitems/{{}}/lineitem?type_id={tool.row.deployment_id}"
    assert tool.call("DELETE", url.format(item.pk)).status_code == 204
    assert tool.call("GET", url.format(item.pk), accept=LINE_ITEM_TYPE).status_code == 404
    as_canvas()
    kept = column(tool)
    assert tool.call("DELETE", f"{CANVAS_URL}/{kept.pk}").status_code == 401
    assert tool.call("DELETE", f"{CANVAS_URL}/{other.pk}").status_code == 204


def test_an_address_of_the_other_manner_still_works(
    tool: FakeTool, moodle_url: str, as_canvas: Callable[[], None]
) -> None:
    item = column(tool)
    as_canvas()
    (found,) = tool.call("GET", moodle_url).json()
    assert found["id"] == f"{CANVAS_URL}/{item.pk}"


@pytest.mark.parametrize("path", ["", "/1", "/1/scores", "/1/results"])
def test_methods_and_courses_that_are_not_there(tool: FakeTool, as_canvas: Callable[[], None], path: str) -> None:
    as_canvas()
    answer = tool.call("PATCH", f"{CANVAS_URL}{path}", {})
    assert answer.status_code == 405
    assert answer["Allow"]
    assert tool.call("GET", f"{ISSUER}/api/lti/courses/99/line_items").status_code == 404
