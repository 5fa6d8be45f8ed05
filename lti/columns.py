"""Gradebook columns that no launch has named: found on the platform, or made there.

A column is looked for by the link, by the assignment's id and by our tag, and only made where none of these finds one,
so that whatever came of an attempt whose answer was lost is adopted by the next. One worker at a time has a line item,
by a lease on its row; no request is sent inside a transaction.
"""

import logging
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.utils import timezone

from . import grades, platforms
from .answers import at_least
from .models import LineItem, Registration
from .protocol import http, line_items, tokens
from .protocol.line_items import Column
from .protocol.paging import ListError
from .protocol.tokens import LINE_ITEM, LINE_ITEM_READONLY, Token, TokenError
from .sending import pool_of

log = logging.getLogger(__name__)

#: What our columns are tagged with, beside the assignment's id.
TAG = "coexistence"
DEADLINE = 10.0
#: Longer than one attempt can take, and than a platform may take to finish what it did not answer in time.
LEASE = timedelta(minutes=6)
#: When to try again: after what may pass by itself, and after what somebody has to change first.
SOON = timedelta(minutes=2)
LATER = timedelta(hours=6)
AT_ONCE = 20


class _NoColumnError(Exception):
    """There is none; ``code`` is one of ``answers.SENTENCES``. ``again`` is None where only a person can help."""

    def __init__(self, code: str, *, again: timedelta | None) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


def may_look(column: LineItem) -> bool:
    """Whether the launches gave the right to look for a column in this course."""
    return bool(column.container_url) and not {LINE_ITEM, LINE_ITEM_READONLY}.isdisjoint(column.scopes)


def may_make(column: LineItem) -> bool:
    """Whether the launches gave the right to make one."""
    return bool(column.container_url) and LINE_ITEM in column.scopes


def look_for(column: LineItem, *, now: datetime) -> bool:
    """Have a column looked for that no launch has named, as far as that is allowed; whether it will be.

    Never for one that was deleted: whoever did that meant it. Belongs into the transaction of the launch.
    """
    if column.url or column.gone or column.find_at is not None or not may_look(column):
        return False
    column.find_at = now
    LineItem.objects.filter(pk=column.pk, url="").update(find_at=now)
    grades.wake("find_column", column.pk, at=now)
    return True


def make_anew(column: LineItem, *, now: datetime) -> bool:
    """Have a new column made in place of one that is gone or never was, as an instructor asks; whether it may be."""
    if (column.url and not column.gone) or not may_make(column):
        return False
    LineItem.objects.filter(pk=column.pk).update(may_make=True, find_at=now, find_code="")
    grades.wake("find_column", column.pk, at=now)
    return True


def notice_gone(*, line_item_id: int) -> None:
    """Ask the platform whether a column is gone whose results are not to be had, where that may be asked."""
    column = LineItem.objects.select_related("resource_link__context__deployment__registration").get(pk=line_item_id)
    registration = column.resource_link.context.deployment.registration
    scope = next((scope for scope in (LINE_ITEM, LINE_ITEM_READONLY) if scope in column.scopes), None)
    if scope is None:
        return
    try:
        token = _token(registration, scope)
        gone = line_items.is_gone(url=column.url, token=token, pool=pool_of(registration.pk))
    except (_NoColumnError, http.TransportError):
        return
    if gone:
        LineItem.objects.filter(pk=line_item_id, url=column.url).update(gone=True)


def sweep(*, now: datetime) -> None:
    """Ring for the line items for which a column is to be found or made."""
    due = LineItem.objects.filter(find_at__lte=now).order_by("find_at")
    for line_item_id in due.values_list("pk", flat=True)[:AT_ONCE]:
        grades.wake("find_column", line_item_id, at=now)


def find_or_make(*, line_item_id: int) -> None:
    """Find the column of a line item, or make one where that is allowed, and let the scores go that wait for it."""
    now = timezone.now()
    due = LineItem.objects.filter(pk=line_item_id, find_at__lte=now)
    if not due.update(find_at=now + LEASE):
        return
    column = LineItem.objects.select_related(
        "resource_link__assignment", "resource_link__context__deployment__registration"
    ).get(pk=line_item_id)
    ours = LineItem.objects.filter(pk=line_item_id, url=column.url, gone=column.gone)
    try:
        found = _find_or_make(column) if not column.url or column.gone else None
    except _NoColumnError as error:
        again = None if error.again is None else timezone.now() + error.again
        ours.update(find_at=again, find_code=error.code, may_make=column.may_make and again is not None)
        log.info("No column for line item %s: %s", line_item_id, error.code)
        return
    with transaction.atomic():
        # A launch may have named one meanwhile, and knows better.
        if found and ours.update(url=found.url, gone=False, find_at=None, find_code="", may_make=False):
            grades.column_found(line_item_id=line_item_id, replaced=bool(column.url))
            log.info("Line item %s has a column now.", line_item_id)
        else:
            LineItem.objects.filter(pk=line_item_id).update(find_at=None, find_code="", may_make=False)


def _find_or_make(column: LineItem) -> Column:
    registration = column.resource_link.context.deployment.registration
    platform = platforms.of(registration.platform)
    scope = LINE_ITEM if LINE_ITEM in column.scopes else LINE_ITEM_READONLY
    for attempt in (1, 2):
        token = _token(registration, scope)
        try:
            found = _find(column, token)
            break
        except ListError as error:
            if error.code == "unauthorized" and attempt == 1:
                tokens.drop(registration_id=registration.pk, scopes=(scope,), token=token)
                continue
            code = "columns_unreadable" if error.code == "line_item_gone" else error.code
            raise _NoColumnError(code, again=_again(error.reply) if error.later else LATER) from None
    if found is not None:
        return found
    if scope != LINE_ITEM or not (column.may_make or (platform.makes_columns and not column.gone)):
        raise _NoColumnError("line_item_gone" if column.gone else "no_column", again=None)
    return _make(column, token, names_link=platform.columns_name_links)


def _token(registration: Registration, scope: str) -> Token:
    try:
        token = tokens.access_token(registration_id=registration.pk, scopes=(scope,))
    except TokenError as error:
        code = "column_scope_missing" if error.code == "scope_missing" else error.code
        raise _NoColumnError(code, again=_again(error.reply) if error.later else LATER) from None
    if scope not in token.scopes:
        raise _NoColumnError("column_scope_missing", again=LATER)
    return token


def _again(reply: http.Reply | None) -> timedelta:
    return at_least(SOON, reply, now=timezone.now())


def _find(column: LineItem, token: Token) -> Column | None:
    """The platform's line item for our link, by whichever name it is known there; never one that another row has."""
    assignment = column.resource_link.assignment
    link = column.resource_link.resource_link_id
    resource = str(assignment.uuid)
    pool = pool_of(column.resource_link.context.deployment.registration_id)
    for filters in ({"resource_link_id": link}, {"resource_id": resource}, {"tag": f"{TAG}-{resource}"}):
        found = line_items.find(container_url=column.container_url, filters=filters, token=token, pool=pool)
        taken = set(LineItem.objects.filter(url__in=[one.url for one in found]).values_list("url", flat=True))
        free = [one for one in found if one.url not in taken and one.resource_link_id in {"", link}]
        if free:
            return min(free, key=lambda one: one.resource_id != resource)
    return None


def _make(column: LineItem, token: Token, *, names_link: bool) -> Column:
    assignment = column.resource_link.assignment
    fields: dict[str, Any] = {
        "label": assignment.title,
        "scoreMaximum": assignment.points,
        "resourceId": str(assignment.uuid),
        "tag": f"{TAG}-{assignment.uuid}",
    }
    if names_link:
        fields["resourceLinkId"] = column.resource_link.resource_link_id
    pool = pool_of(column.resource_link.context.deployment.registration_id)
    try:
        reply = line_items.create(
            container_url=column.container_url, fields=fields, token=token, pool=pool, deadline=DEADLINE
        )
    except http.TransportError as error:
        # It may exist all the same; the next attempt looks before it makes another.
        later = error.code not in {"forbidden_address", "bad_url"}
        raise _NoColumnError("column_unanswered" if later else "address", again=SOON if later else LATER) from None
    made = line_items.created(reply, container_url=column.container_url) if reply.ok else None
    if made is not None:
        return made
    if reply.ok or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _NoColumnError("column_unanswered", again=_again(reply))
    forbidden = reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    raise _NoColumnError("column_scope_missing" if forbidden else "column_refused", again=LATER)
