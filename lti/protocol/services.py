"""Assignment and Grade Services 2.0: posting a score (section 3.4) and reading a result (section 3.3)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from . import http, paging
from .tokens import Token

# To the letter and without a charset: Moodle compares them as text.
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"


class UnreadableError(Exception):
    """The platform's answer holds no result that could be understood."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the platform holds for one user in one line item: ``score`` out of ``maximum``, or no score.

    ``listed`` tells whether it has a row for the user at all: Moodle has one, without a score, where the score is zero.
    ``comment`` is what a teacher, or a tool, has written beside it.
    """

    score: Decimal | None
    maximum: Decimal
    listed: bool = True
    comment: str = ""


NO_RESULT = Result(score=None, maximum=Decimal(1), listed=False)


def scores_url(line_item_url: str) -> str:
    """Where scores for the line item are posted: ``/scores`` goes before the query (Moodle's ``?type_id=1``)."""
    return _beneath(line_item_url, "scores")


def results_url(line_item_url: str, *, user_id: str) -> str:
    """Where one user's result is read. Without a ``limit``: Moodle answers that with an error page."""
    url = _beneath(line_item_url, "results")
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'user_id': user_id})}"


def _beneath(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{name}", parts.query, ""))


def post_score(
    *, line_item_url: str, message: Mapping[str, Any], token: Token, pool: http.Pool, deadline: float
) -> http.Reply:
    """Post one score; whatever the platform answers is for the caller to judge. Raises ``http.TransportError``."""
    return http.request(
        "POST",
        scores_url(line_item_url),
        headers={"Authorization": f"Bearer {token.value}", "Content-Type": SCORE_TYPE, "Accept": "application/json"},
        data=json.dumps(message, separators=(",", ":")),
        pool=pool,
        deadline=deadline,
        limit=100_000,
    )


def get_result(*, line_item_url: str, user_id: str, token: Token, pool: http.Pool, deadline: float) -> http.Reply:
    """Ask for one user's result. Raises ``http.TransportError``."""
    return http.request(
        "GET",
        results_url(line_item_url, user_id=user_id),
        headers={"Authorization": f"Bearer {token.value}", "Accept": RESULTS_TYPE},
        pool=pool,
        deadline=deadline,
    )


def read_result(reply: http.Reply, *, user_id: str) -> Result:
    """The user's result in the answer to ``get_result``; ``UnreadableError`` where it holds none that makes sense.

    A user without a row has ``NO_RESULT``; one whose row has no score is listed all the same.
    """
    if reply.status != HTTPStatus.OK:
        raise UnreadableError(f"{reply.status}")
    try:
        rows = reply.json()
    except ValueError:
        raise UnreadableError("no JSON") from None
    if not isinstance(rows, list):
        raise UnreadableError("no list")
    # A platform that does not know the filter sends everybody.
    mine = [row for row in rows if isinstance(row, dict) and str(row.get("userId")) == user_id]
    mine.sort(key=lambda row: row.get("resultScore") is None)
    return _result(mine[0]) if mine else NO_RESULT


def get_results(
    *, line_item_url: str, page_size: int | None, token: Token, pool: http.Pool
) -> Iterator[tuple[str, Result]]:
    """Every result of a line item as (user id, result), read page by page; raises ``paging.ListError``.

    ``page_size`` only where the platform is known to take a ``limit``. A row that makes no sense is passed over, which
    is to know nothing about that user.
    """
    url = _beneath(line_item_url, "results")
    if page_size is not None:
        url = f"{url}{'&' if '?' in url else '?'}{urlencode({'limit': page_size})}"
    for page in paging.pages(url, media_type=RESULTS_TYPE, token=token, pool=pool):
        for row in page:
            try:
                yield str(row["userId"]), _result(row)
            except (KeyError, UnreadableError):
                continue


def _result(row: Mapping[str, Any]) -> Result:
    said = row.get("comment")
    comment = said if isinstance(said, str) else ""
    if row.get("resultScore") is None:
        return Result(score=None, maximum=Decimal(1), comment=comment)
    maximum = row.get("resultMaximum")
    result = Result(
        score=_number(row["resultScore"]), maximum=_number(1 if maximum is None else maximum), comment=comment
    )
    if result.maximum <= 0:
        raise UnreadableError("resultMaximum is not above zero")
    return result


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UnreadableError("not a number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise UnreadableError("not a number") from None
    if not number.is_finite():
        raise UnreadableError("not a number")
    return number
