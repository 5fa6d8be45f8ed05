"""The points in which platforms differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils.functional import Promise

#: What a platform's form may ask for; see ``lti.forms``.
Value = Literal[
    "name", "description", "domain", "launch", "login", "jwks", "canvas_json", "custom", "scopes", "icon", "yes"
]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """A platform's side of a registration, as far as it follows from its address; the rest is empty."""

    issuer: str = ""
    auth_url: str = ""
    token_url: str = ""
    jwks_url: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The form in which a platform's administrator enters a tool: the way to it, its fields, and what it shows after.

    ``fields`` are labels as the platform words them, each with what to enter.
    """

    path: Promise
    fields: tuple[tuple[str, Value], ...]
    then: Promise


def _no_more(submitted_at: datetime, is_new: bool, insists: bool) -> Mapping[str, Any]:
    return {}


def _nothing(names: bool) -> Mapping[str, Any]:
    return {}


def _unknown(site: str, client_id: str) -> Endpoints:
    return Endpoints(issuer=site)


@dataclass(frozen=True, slots=True)
class Platform:
    """One product.

    ``shared_issuers`` are used by many institutions, so that a configuration naming one of them is not served by that
    host; its endpoints must then be on ``endpoint_hosts``. ``frame_ancestors`` are CSP sources of pages that frame us
    beside those that registration and launch name. ``tool_settings`` (by whether names are asked) and
    ``message_settings`` (by message type) are added to what Dynamic Registration asks for, and ``custom_parameters`` to
    the variables that it asks to have filled in at each launch. ``columnless`` are placements where a link cannot bring
    a gradebook column along. ``endpoints`` says what follows from the platform's address and our client id there, for
    registration by hand. ``score_submission`` gives further members of a score, from the time of the submission,
    whether it is a new one, and whether it is to replace what a teacher has entered. ``results_page`` is how many
    results to ask for at once, where that may be said. ``makes_columns`` tells whether a link without a gradebook
    column is an oversight there, to be made good without asking, and ``columns_name_links`` whether a column made by us
    is to name its link. ``grade_file`` are the columns of the file that its gradebook imports by hand, as (heading,
    what stands in it: ``name``, ``sub``, ``score`` or nothing). ``score_codes`` says what a status in answer to a score
    means there, as a code of ``lti.answers``. ``tells_dates`` says that launches bring the learner's own dates of the
    assignment, so that none is one that was taken away. ``blanks_comments`` tells whether a score that brings no
    comment removes the one that a teacher has written.
    """

    family: str
    name: str
    shared_issuers: frozenset[str] = frozenset()
    endpoint_hosts: frozenset[str] = frozenset()
    frame_ancestors: tuple[str, ...] = ()
    tool_settings: Callable[[bool], Mapping[str, Any]] = _nothing
    message_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    custom_parameters: Mapping[str, str] = field(default_factory=dict)
    columnless: frozenset[str] = frozenset()
    endpoints: Callable[[str, str], Endpoints] = _unknown
    form: Form | None = None
    score_submission: Callable[[datetime, bool, bool], Mapping[str, Any]] = _no_more
    results_page: int | None = None
    makes_columns: bool = True
    columns_name_links: bool = True
    grade_file: tuple[tuple[str, str], ...] = (("User ID", "sub"), ("Name", "name"), ("{title}", "score"))
    score_codes: Mapping[int, str] = field(default_factory=dict)
    tells_dates: bool = False
    blanks_comments: bool = False
