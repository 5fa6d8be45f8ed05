"""The course services over HTTP: line items, scores, results, members.

Both platforms' addresses lead here and both always answer, so that an address given before a switch of manners still
works; how it is answered is decided by the manner of the day.
"""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from lti.sandbox.errors import ServiceError
from lti.sandbox.manners import Manner
from lti.sandbox.models import Course, Tool
from lti.sandbox.platform import addresses, bodies, line_items, members, results, scores, tokens
from lti.sandbox.views.service import service
from lti.sandbox.vocabulary import (
    CANVAS_SUBMISSION,
    LINE_ITEM_TYPE,
    LINE_ITEMS_TYPE,
    MEMBERS_TYPE,
    RESULTS_TYPE,
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READ,
    SCOPE_MEMBERS_READ,
    SCOPE_RESULT_READ,
    SCOPE_SCORE,
    SCORE_TYPE,
)

LINE_ITEM_READERS = (SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ)


def _json(body: Any, content_type: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(body), status=status, content_type=content_type)


def _accepts(request: HttpRequest, manner: Manner, wanted: str) -> None:
    """Moodle finds its handler by the one exact type in ``Accept``."""
    if manner.literal_media_types and request.headers.get("Accept", "") != wanted:
        raise ServiceError(400, f"No handler found: Accept must be exactly {wanted}.", code="bad_request")


def _sends(request: HttpRequest, manner: Manner, wanted: str) -> None:
    """Moodle finds its handler by the exact ``Content-Type``; ``; charset=…`` behind it is already another."""
    if manner.literal_media_types and request.headers.get("Content-Type", "") != wanted:
        raise ServiceError(400, f"No handler found: Content-Type must be exactly {wanted}.", code="bad_request")


def _not_allowed(allowed: str) -> ServiceError:
    return ServiceError(405, f"The methods here are {allowed}.", code=allowed)


def _authorised(request: HttpRequest, *any_of: str) -> Tool:
    return tokens.bearer(request.headers.get("Authorization", ""), any_of=any_of)


def _course(course_id: int) -> Course:
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise ServiceError(404, f"There is no course {course_id}.", code="not_found")
    return course


def _type_id(request: HttpRequest, tool: Tool, *, moodle_address: bool) -> None:
    """Moodle's addresses carry the tool's type; a path pasted behind the query, or a lost query, shows here."""
    if moodle_address and request.GET.get("type_id") != tool.deployment_id:
        raise ServiceError(
            403,
            f"type_id must be {tool.deployment_id}; keep the query of the address, put /scores or /results before it.",
            code="forbidden",
        )


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in request.GET}


def _whole(filters: dict[str, str], name: str, *, default: int) -> int:
    value = filters.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 7):
        raise ServiceError(400, f"{name} must be a whole number.", code="bad_request")
    return int(value)


def _page(
    request: HttpRequest, rows: QuerySet[Any], manner: Manner, *, limit: tuple[int, int], quoted: str = '"'
) -> tuple[Sequence[Any], dict[str, str]]:
    """One page and its ``Link`` header. Canvas counts pages (``limit``: usual, largest size), Moodle rows ``from``."""
    filters = _filters(request)
    if manner.is_canvas:
        usual, largest = limit
        size = min(_whole(filters, "limit", default=_whole(filters, "per_page", default=usual)) or usual, largest)
        number = max(_whole(filters, "page", default=1), 1)
        start, following = (number - 1) * size, {"page": str(number + 1), "limit": str(size)}
    else:
        size = _whole(filters, "limit", default=0)
        if not size:
            return list(rows), {}
        start = _whole(filters, "from", default=0)
        following = {"from": str(start + size), "limit": str(size)}
    found = list(rows[start : start + size + 1])
    if len(found) <= size:
        return found, {}
    query = request.GET.copy()
    for name, value in following.items():
        query[name] = value
    if manner.is_moodle:
        query.pop("role", None)  # a known gap: Moodle's next page forgets the role
    address = f"{addresses.site(request.path)}?{query.urlencode()}"
    if manner.is_moodle and quoted != '"':
        # Moodle's line items: typographic quotes, and the address escaped as if for a page, as raw UTF-8.
        header = f"<{escape(address)}>; rel=“next”".encode().decode("latin-1")
    else:
        header = f'<{address}>; rel="next"'
    return found[:size], {"Link": header}


@service("line-items")
def container(request: HttpRequest, manner: Manner, course_id: int, moodle_address: bool) -> HttpResponse:
    """The line item container: list and create."""
    if request.method == "GET":
        tool = _authorised(request, *LINE_ITEM_READERS)
        _accepts(request, manner, LINE_ITEMS_TYPE)
        _type_id(request, tool, moodle_address=moodle_address)
        rows = line_items.listed(tool=tool, course=_course(course_id), filters=_filters(request), manner=manner)
        found, headers = _page(request, rows, manner, limit=(10, 100), quoted="“")
        response = _json([line_items.shown(item, manner) for item in found], LINE_ITEMS_TYPE)
        for name, value in headers.items():
            response[name] = value
        return response
    if request.method == "POST":
        tool = _authorised(request, SCOPE_LINE_ITEM)
        _sends(request, manner, LINE_ITEM_TYPE)
        _type_id(request, tool, moodle_address=moodle_address)
        body = bodies.read(request.body, bodies.LineItemBody)
        item = line_items.create(tool=tool, course=_course(course_id), body=body, manner=manner)
        return _json(line_items.shown(item, manner), LINE_ITEM_TYPE, status=201)
    raise _not_allowed("GET, POST")


@service("line-items")
def item(request: HttpRequest, manner: Manner, course_id: int, item_id: int, moodle_address: bool) -> HttpResponse:
    """One line item: read, replace, delete."""
    if request.method not in {"GET", "PUT", "DELETE"}:
        raise _not_allowed("GET, PUT, DELETE")
    tool = _authorised(request, *(LINE_ITEM_READERS if request.method == "GET" else (SCOPE_LINE_ITEM,)))
    if request.method == "GET":
        _accepts(request, manner, LINE_ITEM_TYPE)
    elif request.method == "PUT":
        _sends(request, manner, LINE_ITEM_TYPE)
    _type_id(request, tool, moodle_address=moodle_address)
    found = line_items.find(tool=tool, course=_course(course_id), item_id=item_id, manner=manner)
    if request.method == "DELETE":
        line_items.remove(item=found, manner=manner)
        return HttpResponse(status=204)
    if request.method == "PUT":
        found = line_items.replace(item=found, body=bodies.read(request.body, bodies.LineItemBody), manner=manner)
    return _json(line_items.shown(found, manner), LINE_ITEM_TYPE)


@service("score")
def score(request: HttpRequest, manner: Manner, course_id: int, item_id: int, moodle_address: bool) -> HttpResponse:
    """The score service. Moodle answers with nothing; Canvas with the result's address and the submission."""
    if request.method != "POST":
        raise _not_allowed("POST")
    tool = _authorised(request, SCOPE_SCORE)
    _sends(request, manner, SCORE_TYPE)
    _type_id(request, tool, moodle_address=moodle_address)
    found = line_items.find(tool=tool, course=_course(course_id), item_id=item_id, manner=manner)
    grade = scores.post(item=found, body=bodies.read(request.body, bodies.ScoreBody), manner=manner)
    if manner.is_moodle:
        return HttpResponse(status=200, content_type="text/html; charset=utf-8")
    answer: dict[str, Any] = {"resultUrl": results.address(grade, found, manner)}
    if grade.submitted_at is not None:
        answer[CANVAS_SUBMISSION] = {"submitted_at": grade.submitted_at.isoformat(), "attempt": grade.attempts}
    return _json(answer, "application/json")


@service("results")
def result_list(
    request: HttpRequest, manner: Manner, course_id: int, item_id: int, moodle_address: bool
) -> HttpResponse:
    """The result service."""
    if request.method != "GET":
        raise _not_allowed("GET")
    tool = _authorised(request, SCOPE_RESULT_READ)
    _accepts(request, manner, RESULTS_TYPE)
    _type_id(request, tool, moodle_address=moodle_address)
    if manner.is_moodle and "limit" in request.GET:
        # Seen on a real site: a limit on results fails inside Moodle.
        return HttpResponse("<!DOCTYPE html><title>Error</title><p>Not found</p>", status=404)
    found = line_items.find(tool=tool, course=_course(course_id), item_id=item_id, manner=manner)
    rows = results.listed(item=found, filters=_filters(request), manner=manner)
    grades, headers = _page(request, rows, manner, limit=(10, 100))
    response = _json([results.shown(grade, found, manner) for grade in grades], RESULTS_TYPE)
    for name, value in headers.items():
        response[name] = value
    return response


@service("results")
def result(request: HttpRequest, manner: Manner, course_id: int, item_id: int, result_id: int) -> HttpResponse:
    """One result, at the address that Canvas gives it."""
    if request.method != "GET":
        raise _not_allowed("GET")
    tool = _authorised(request, SCOPE_RESULT_READ)
    found = line_items.find(tool=tool, course=_course(course_id), item_id=item_id, manner=manner)
    grade = results.listed(item=found, filters={}, manner=manner).filter(pk=result_id).first()
    if grade is None:
        raise ServiceError(404, f"There is no result {result_id}.", code="not_found")
    return _json(results.shown(grade, found, manner), "application/vnd.ims.lis.v2.result+json")


@service("roster")
def roster(request: HttpRequest, manner: Manner, course_id: int, type_id: str = "") -> HttpResponse:
    """Names and roles."""
    if request.method != "GET":
        raise _not_allowed("GET")
    tool = _authorised(request, SCOPE_MEMBERS_READ)
    _accepts(request, manner, MEMBERS_TYPE)
    if type_id and type_id != tool.deployment_id:
        raise ServiceError(403, "The address names another tool.", code="forbidden")
    course = _course(course_id)
    filters = _filters(request)
    activity = members.link(course=course, tool=tool, filters=filters, manner=manner)
    rows = members.listed(course=course, filters=filters, manner=manner)
    found, headers = _page(request, rows, manner, limit=(50, 50))
    body = [members.shown(member, tool=tool, activity=activity, manner=manner) for member in found]
    response = _json(members.container(course=course, tool=tool, members=body, manner=manner), MEMBERS_TYPE)
    for name, value in headers.items():
        response[name] = value
    return response
