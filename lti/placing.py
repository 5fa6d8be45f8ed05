"""An instructor's choice becomes assignments and the one answer to a deep linking request.

The answer is kept, unsigned, with the request. The same form sent again, as by a double click whose first page nobody
saw, gets the very same answer for as long as it is good; nothing is placed twice.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from coexistence.courses.models import Assignment, Course

from . import platforms, selection
from .models import DeepLinkRequest
from .protocol.deep_linking import CONTENT_ITEMS, PickedLink, compose, signed, wishes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the platform: a form with one field, to ``address``.

    ``is_this_form`` is False where another choice, made before, was answered by it.
    """

    address: str
    claims: Mapping[str, Any]
    is_this_form: bool

    @property
    def jwt(self) -> str:
        """The signed response."""
        return signed(self.claims)

    @property
    def titles(self) -> list[str]:
        """What is placed by it."""
        return [str(item["title"]) for item in self.claims[CONTENT_ITEMS]]


def digest(fields: Iterable[tuple[str, list[str]]]) -> str:
    """What tells one form from another."""
    return hashlib.sha256(repr(sorted(fields)).encode()).hexdigest()


def brings_columns(asked: DeepLinkRequest) -> bool:
    """Whether a link placed here brings its gradebook column along."""
    platform = platforms.of(asked.deployment.registration.platform)
    return wishes(asked).takes_line_items and asked.placement not in platform.columnless


def repeated(asked: DeepLinkRequest, *, form: str, now: datetime) -> Answer | None:
    """The answer that has been given already; None once no platform would take it any more."""
    if asked.answer.get("exp", 0) <= now.timestamp():
        return None
    return Answer(wishes(asked).deep_link_return_url, asked.answer, is_this_form=form == asked.form_digest)


def answer(
    asked: DeepLinkRequest,
    *,
    course: Course,
    picking: selection.Picking,
    launch_url: str,
    form: str,
    now: datetime,
    problem: str = "",
    log: str = "",
) -> Answer | None:
    """Place what was chosen and answer; or, where that has been done, the answer of then (see ``repeated``)."""
    with transaction.atomic():
        first = DeepLinkRequest.objects.filter(pk=asked.pk, answered_at__isnull=True).update(answered_at=now)
        if first:
            links = [
                _link(assignment, asked, launch_url) for assignment in selection.place(course=course, picking=picking)
            ]
            asked.answered_at, asked.form_digest = now, form
            asked.answer = compose(asked, links, now=now, problem=problem, log=log)
            asked.save(update_fields=["answered_at", "form_digest", "answer"])
    if not first:
        asked.refresh_from_db(fields=["answered_at", "form_digest", "answer"])
    return repeated(asked, form=form, now=now)


def _link(assignment: Assignment, asked: DeepLinkRequest, launch_url: str) -> PickedLink:
    targets = wishes(asked).accept_presentation_document_targets
    return PickedLink(
        url=launch_url,
        title=assignment.title,
        assignment=str(assignment.uuid),
        points=assignment.points if assignment.is_graded and brings_columns(asked) else None,
        tag=assignment.kind,
        new_window="window" in targets and "iframe" not in targets,
    )
