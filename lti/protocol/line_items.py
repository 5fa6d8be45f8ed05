"""The line item service of AGS 2.0 (section 3.2): finding a gradebook column, and making one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urljoin

from lti.origins import origin

from . import http, paging
from .tokens import Token

# To the letter and without a charset: Moodle compares them as text.
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@dataclass(frozen=True, slots=True)
class Column:
    """A line item as the platform has it; its ``url`` is of the service's own origin."""

    url: str
    resource_link_id: str
    resource_id: str
    tag: str


def find(*, container_url: str, filters: Mapping[str, str], token: Token, pool: http.Pool) -> list[Column]:
    """The course's line items that match all of ``filters`` (names as AGS spells them); raises ``ListError``."""
    url = f"{container_url}{'&' if '?' in container_url else '?'}{urlencode(filters)}"
    found = []
    for page in paging.pages(url, media_type=CONTAINER_TYPE, token=token, pool=pool):
        found += [column for row in page if (column := _column(row, container_url)) is not None]
    # A platform that does not know a filter sends everything.
    return [c for c in found if all(getattr(c, name) == value for name, value in filters.items())]


def is_gone(*, url: str, token: Token, pool: http.Pool) -> bool:
    """Whether the platform says that the line item does not exist (any more). Raises ``http.TransportError``."""
    reply = http.request(
        "GET",
        url,
        headers={"Authorization": f"Bearer {token.value}", "Accept": ITEM_TYPE},
        pool=pool,
        deadline=paging.DEADLINE,
    )
    return reply.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


def create(
    *, container_url: str, fields: Mapping[str, Any], token: Token, pool: http.Pool, deadline: float
) -> http.Reply:
    """Ask for a new line item with ``fields`` (section 3.2.4). Raises ``http.TransportError``; it may exist even so."""
    return http.request(
        "POST",
        container_url,
        headers={"Authorization": f"Bearer {token.value}", "Content-Type": ITEM_TYPE, "Accept": ITEM_TYPE},
        data=json.dumps(fields, separators=(",", ":")),
        pool=pool,
        deadline=deadline,
        limit=100_000,
    )


def created(reply: http.Reply, *, container_url: str) -> Column | None:
    """The line item in the answer to ``create``, where it names one that can be used."""
    try:
        row = reply.json()
    except ValueError:
        return None
    return _column(row, container_url) if isinstance(row, dict) else None


def _column(row: Mapping[str, Any], container_url: str) -> Column | None:
    identifier = row.get("id")
    if not isinstance(identifier, str) or not identifier:
        return None
    url = urljoin(container_url, identifier)
    if origin(url) != origin(container_url):
        return None
    return Column(
        url=url,
        # Moodle repeats the link's id under a name of its own.
        resource_link_id=_text(row.get("resourceLinkId") or row.get("ltiLinkId")),
        resource_id=_text(row.get("resourceId")),
        tag=_text(row.get("tag")),
    )


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""
