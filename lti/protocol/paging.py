"""Lists of the grade service, read page by page along their ``Link`` headers (AGS 2.0, section 3.2.4)."""

import contextlib
import html
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from lti.origins import origin

from . import http
from .tokens import Token

#: A list ends after so many pages, however many further ones the platform names.
MOST_PAGES = 200
#: Seconds for one page, and for a whole list.
DEADLINE = 8.0
LONGEST = 90.0
PAGE_BYTES = 4_000_000


class ListError(Exception):
    """A list could not be read. ``code`` is one of the doctor's; ``later`` whether that may pass by itself.

    ``reply`` is what the platform said, where it refused.
    """

    def __init__(self, code: str, *, later: bool, status: int | None = None, reply: http.Reply | None = None) -> None:
        super().__init__(code if status is None else f"{code}: {status}")
        self.code = code
        self.later = later
        self.status = status
        self.reply = reply


def pages(url: str, *, media_type: str, token: Token, pool: http.Pool) -> Iterator[list[Mapping[str, Any]]]:
    """The list at ``url``, a page at a time; raises ``ListError``, also in its midst.

    ``media_type`` goes out alone as ``Accept``: Moodle compares it as text. Only pages of the same origin are asked
    for, since the token goes with each request, and none twice.
    """
    first, asked = origin(url), set[str]()
    ends = time.monotonic() + LONGEST
    following: str | None = url
    while following is not None:
        if following in asked or len(asked) >= MOST_PAGES or time.monotonic() > ends or origin(following) != first:
            raise ListError("list_endless", later=False)
        asked.add(following)
        reply = _get(following, media_type, token, pool)
        yield _rows(reply)
        following = next_page(reply.headers.get("Link", ""), base=following)


def _get(url: str, media_type: str, token: Token, pool: http.Pool) -> http.Reply:
    try:
        reply = http.request(
            "GET",
            url,
            headers={"Authorization": f"Bearer {token.value}", "Accept": media_type},
            pool=pool,
            deadline=DEADLINE,
            limit=PAGE_BYTES,
        )
    except http.TransportError as error:
        mistaken = error.code in {"forbidden_address", "bad_url"}
        raise ListError("address" if mistaken else "unreachable", later=not mistaken) from None
    if reply.status == HTTPStatus.OK:
        return reply
    raise _refusal(reply)


def _refusal(reply: http.Reply) -> ListError:
    status = reply.status
    if status == HTTPStatus.UNAUTHORIZED:
        return ListError("unauthorized", later=False, status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ListError("platform_error", later=True, status=status, reply=reply)
    if status == HTTPStatus.FORBIDDEN:
        # Canvas throttles with 403 and text.
        throttled = bool(re.search("rate limit|throttl", reply.text[:500], re.IGNORECASE))
        return ListError("throttled" if throttled else "forbidden", later=throttled, status=status, reply=reply)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.PRECONDITION_FAILED}:
        return ListError("line_item_gone", later=False, status=status)
    return ListError("list_unreadable", later=False, status=status)


def _rows(reply: http.Reply) -> list[Mapping[str, Any]]:
    try:
        found = reply.json()
    except ValueError:
        raise ListError("list_unreadable", later=True, status=reply.status) from None
    if not isinstance(found, list):
        raise ListError("list_unreadable", later=False, status=reply.status)
    return [row for row in found if isinstance(row, dict)]


def next_page(header: str, *, base: str) -> str | None:
    """The address of the next page in a ``Link`` header, if it names one.

    Moodle writes typographic quotes and HTML entities into it; header bytes beyond ASCII arrive as Latin-1.
    """
    header = html.unescape(header)
    with contextlib.suppress(UnicodeError):
        header = header.encode("latin-1").decode("utf-8")
    for target, parameters in re.findall(r"<([^<>]*)>([^<]*)", header):
        relation = re.search(r"""\brel\s*=\s*["'“”‟„]?\s*([^"'“”‟„;,]+)""", parameters, re.IGNORECASE)
        if relation and "next" in relation[1].lower().split():
            return str(urljoin(base, target.strip()))
    return None
