"""Columns that no launch has named: found by whatever name the platform knows, made once, and made anew if asked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from coexistence.courses.gradebook import gradebook
from lti import columns, grades, reconcile
from lti.models import LineItem
from lti.protocol.tokens import LINE_ITEM, LINE_ITEM_READONLY

from .conftest import School
from .platform import Fault


@pytest.fixture
def given(make_school: Callable[..., School], bells, clock) -> Callable[..., tuple]:
    """A school with an assignment that has no column, and Anna's 8 waiting for one."""

    def make(manner: str = "", *, scopes: tuple[str, ...] = (LINE_ITEM,), url: str = ""):
        school = make_school(manner)
        assignment = school.assignment(url=url)
        LineItem.objects.update(container_url=school.platform.container, scopes=list(scopes))
        school.owe(assignment, "anna", 8)
        return school, assignment

    return make


def look(assignment) -> LineItem:
    item = LineItem.objects.get(resource_link__assignment=assignment)
    with transaction.atomic():
        columns.look_for(item, now=timezone.now())
    columns.find_or_make(line_item_id=item.pk)
    item.refresh_from_db()
    return item


def requests(school: School) -> list[str]:
    return [m for m, path, _, _ in school.platform.requests if path.split("?")[0].endswith(("lineitems", "line_items"))]


@pytest.mark.parametrize("manner", ["", "moodle", "canvas"])
@pytest.mark.parametrize("by", ["resourceLinkId", "resourceId", "tag"])
def test_a_column_is_found_by_each_of_its_names(given, clock, manner: str, by: str) -> None:
    school, assignment = given(manner)
    name = {"resourceLinkId": "link-1", "resourceId": str(assignment.uuid), "tag": f"coexistence-{assignment.uuid}"}[by]
    for number in range(30):
        school.platform.column(number, **{by: "another"})
    url = school.platform.column(31, **{by: name})
    assert look(assignment).url == url
    school.deliver()
    assert school.held(assignment, "anna") is None
    assert school.platform.held(url, "anna") == 8
    assert "POST" not in requests(school)


def test_a_column_that_is_found_lets_no_score_out_that_is_kept_back(given, clock) -> None:
    school, assignment = given()
    gradebook().withhold(assignment_id=assignment.pk, until=timezone.now() + timedelta(hours=1))
    column = look(assignment)
    school.deliver()
    assert (school.platform.held(column.url, "anna"), school.row(assignment, "anna").code) == (None, "withheld")
    assert gradebook().column(assignment_id=assignment.pk).withheld
    gradebook().release(assignment_id=assignment.pk)
    school.deliver()
    assert school.platform.held(column.url, "anna") == 8
    assert not gradebook().column(assignment_id=assignment.pk).withheld


def test_where_there_is_none_one_is_made(given, clock) -> None:
    school, assignment = given()
    column = look(assignment)
    (made,) = school.platform.columns.values()
    assert made == {
        "id": column.url,
        "label": assignment.title,
        "scoreMaximum": 10,
        "resourceId": str(assignment.uuid),
        "tag": f"coexistence-{assignment.uuid}",
        "resourceLinkId": "link-1",
    }
    assert (column.find_at, column.find_code, column.may_make) == (None, "", False)
    school.deliver()
    assert school.platform.held(column.url, "anna") == 8
    columns.find_or_make(line_item_id=column.pk)
    assert requests(school) == ["GET", "GET", "GET", "POST"]


@pytest.mark.parametrize("manner", ["moodle", "canvas"])
def test_where_a_missing_column_is_somebodys_choice_the_instructor_is_asked(given, clock, manner: str) -> None:
    school, assignment = given(manner)
    assert (look(assignment).url, look(assignment).find_at) == ("", None)
    column = gradebook().column(assignment_id=assignment.pk)
    assert (column.exists, column.may_make, column.trouble) == (False, True, "")
    assert gradebook().make_column(assignment_id=assignment.pk)
    assert gradebook().column(assignment_id=assignment.pk).making
    columns.find_or_make(line_item_id=assignment.resource_link.line_item.pk)
    (made,) = school.platform.columns.values()
    assert ("resourceLinkId" in made) is (manner == "moodle")
    assert gradebook().column(assignment_id=assignment.pk).exists


def test_a_deleted_column_is_a_sentence_and_made_anew_only_when_asked(given, clock) -> None:
    school, assignment = given(url="set below")
    item = assignment.resource_link.line_item
    old = school.platform.line_item(1)
    LineItem.objects.update(url=old)
    school.platform.gone.add(old.removeprefix(school.platform.url))
    school.deliver()
    row = school.row(assignment, "anna")
    assert (row.state, row.code) == ("held", "line_item_gone")
    column = gradebook().column(assignment_id=assignment.pk)
    assert (column.exists, column.may_make) == (False, True)
    assert column.sentence.startswith("The gradebook column is gone.")
    item.refresh_from_db()
    assert not columns.look_for(item, now=timezone.now())
    clock.shift(timedelta(days=1))
    columns.sweep(now=timezone.now())
    assert school.platform.columns == {}

    assert gradebook().make_column(assignment_id=assignment.pk)
    columns.find_or_make(line_item_id=item.pk)
    item.refresh_from_db()
    assert (item.gone, item.url in school.platform.columns) == (False, True)
    clock.shift(timedelta(seconds=1))
    school.deliver()
    assert school.platform.held(item.url, "anna") == 8
    assert not gradebook().make_column(assignment_id=assignment.pk)


def test_a_new_column_gets_all_that_the_former_one_had(given, clock) -> None:
    school, assignment = given()
    item = LineItem.objects.get()
    old = school.platform.column(1)
    LineItem.objects.update(url=old)
    grades.column_found(line_item_id=item.pk)
    school.deliver()
    assert school.platform.held(old, "anna") == 8
    del school.platform.columns[old]
    school.platform.result_faults.append(Fault(404))
    assert gradebook().check_now(assignment_id=assignment.pk)
    reconcile.check(registration_id=school.registration.pk)
    item.refresh_from_db()
    assert item.gone
    assert gradebook().make_column(assignment_id=assignment.pk)
    columns.find_or_make(line_item_id=item.pk)
    clock.shift(timedelta(seconds=2))
    school.deliver()
    item.refresh_from_db()
    assert (item.url != old, school.platform.held(item.url, "anna")) == (True, 8)


@pytest.mark.parametrize("fault", [Fault(stores=True, drop=True), Fault(504, stores=True), Fault(200, "", stores=True)])
def test_a_column_whose_making_was_not_answered_is_adopted(given, clock, fault: Fault) -> None:
    school, assignment = given()
    for _ in range(3):
        school.platform.item_faults.append(Fault(200, "[]"))
    school.platform.item_faults.append(fault)
    column = look(assignment)
    assert (column.url, column.find_code) == ("", "column_unanswered")
    assert "It is looked for again" in gradebook().column(assignment_id=assignment.pk).trouble
    assert len(school.platform.columns) == 1
    clock.move_to(column.find_at)
    columns.find_or_make(line_item_id=column.pk)
    column.refresh_from_db()
    assert [column.url] == list(school.platform.columns)
    assert requests(school).count("POST") == 1


def test_a_column_that_another_activity_has_is_left_to_it(given, clock) -> None:
    school, assignment = given()
    shared = school.platform.column(7, resourceId=str(assignment.uuid))
    other = school.assignment(url=shared)
    assert other.resource_link.line_item.url == shared
    column = look(assignment)
    assert column.url not in {"", shared}


def test_only_one_worker_makes_it(given, clock) -> None:
    school, assignment = given()
    columns.look_for(LineItem.objects.get(), now=timezone.now())
    LineItem.objects.update(find_at=timezone.now() + columns.LEASE)
    columns.find_or_make(line_item_id=assignment.resource_link.line_item.pk)
    assert requests(school) == []


def test_a_launch_that_names_a_column_meanwhile_wins(given, clock, monkeypatch) -> None:
    _, assignment = given()
    make = columns._find_or_make

    def slowly(column: LineItem):
        LineItem.objects.filter(pk=column.pk).update(url="https://platform.example/items/1")
        return make(column)

    monkeypatch.setattr(columns, "_find_or_make", slowly)
    column = look(assignment)
    assert (column.url, column.find_at) == ("https://platform.example/items/1", None)


@pytest.mark.parametrize("scopes", [(), (LINE_ITEM_READONLY,)])
def test_nothing_is_done_that_no_launch_has_allowed(given, clock, scopes) -> None:
    school, assignment = given(scopes=scopes)
    column = look(assignment)
    assert column.url == ""
    assert requests(school) == (["GET"] * 3 if scopes else [])
    assert not gradebook().column(assignment_id=assignment.pk).may_make
    assert not gradebook().make_column(assignment_id=assignment.pk)


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ([Fault(403, "Forbidden")], "forbidden"),
        ([Fault(404)], "columns_unreadable"),
        ([Fault(500)], "platform_error"),
        ([Fault(200, "[]"), Fault(200, "[]"), Fault(200, "[]"), Fault(403)], "column_scope_missing"),
        ([Fault(200, "[]"), Fault(200, "[]"), Fault(200, "[]"), Fault(412)], "column_refused"),
    ],
)
def test_what_stands_in_the_way_is_said(given, clock, faults: list[Fault], code: str) -> None:
    school, assignment = given()
    school.platform.item_faults.extend(faults)
    column = look(assignment)
    assert (column.url, column.find_code) == ("", code)
    assert column.find_at is not None
    assert gradebook().column(assignment_id=assignment.pk).trouble
    clock.move_to(column.find_at)
    columns.find_or_make(line_item_id=column.pk)
    column.refresh_from_db()
    assert column.url in school.platform.columns


@pytest.mark.parametrize("before", [[], [Fault(200, "[]")] * 3])
def test_a_platform_that_wants_to_be_left_alone_is_asked_for_no_column_before(given, clock, before) -> None:
    school, assignment = given()
    school.platform.item_faults.extend([*before, Fault(429, "", {"Retry-After": "1000"})])
    column = look(assignment)
    assert column.find_at == timezone.now() + timedelta(seconds=1000)


def test_a_platform_that_grants_no_right_after_all_is_named(given, clock) -> None:
    school, assignment = given("moodle")
    school.platform.scopes_granted = {"https://purl.imsglobal.org/spec/lti-ags/scope/score"}
    assert look(assignment).find_code == "column_scope_missing"
    assert "scope “lineitem”" in gradebook().column(assignment_id=assignment.pk).trouble
