"""What a learner does in an open attempt: answer, turn the page, have an answer checked, leave and come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from coexistence.courses.models import Enrollment
from coexistence.quiz import items, policy
from coexistence.quiz.forms import MOST, WAS, control_name
from coexistence.quiz.items import confidence
from coexistence.quiz.items.base import Answer, AnswerError, Raw, mark
from coexistence.quiz.models import Attempt, AttemptEvent, Response

from .closing import close
from .errors import AttemptClosedError, NothingCheckedError, TimeUpError
from .locks import BATCH, locked
from .scoring import score

#: How many times of saving are kept of a response; of more, the last one is the latest.
MOST_SAVES = 200
#: How many comings and goings are kept of an attempt.
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a form's answers, by item position.

    ``kept``: stored, or stored like that already. ``outdated``: a newer answer was there and stays. ``refused``: no
    answer to that item; what was stored before stays. The error's ``field`` is the control's name on the page.
    """

    kept: frozenset[int]
    outdated: frozenset[int]
    refused: Mapping[int, AnswerError]


def save(
    *, attempt_id: int, enrollment: Enrollment, answers: Mapping[int, Raw], sequence: int | None, now: datetime
) -> Saved:
    """Store what a form brought, by item position; see ``forms.answers_in``.

    ``sequence`` is the browser's count of changes, best its clock in milliseconds: of two answers to an item the one
    with the higher number stays, in whichever order they arrive. ``None``, from a form that cannot count, is newer than
    all before it; such a form's items say what they were filled with (``forms.WAS``), and those left at that are
    skipped. What was on its way at the deadline is taken for a short time (``policy.GRACE``), and marked.

    Raises ``AttemptNotFoundError``, ``AttemptClosedError``, and after the deadline ``TimeUpError``: then the attempt
    has been closed with what was saved before.
    """
    if sequence is not None and not 0 <= sequence <= MOST:
        raise ValueError(f"a sequence number lies between 0 and {MOST}, not at {sequence}")
    with transaction.atomic():
        attempt = _in_time(attempt_id, enrollment, now)
        saved = _save(attempt, answers, sequence, now) if attempt else None
    if saved is None:
        raise TimeUpError
    return saved


def _in_time(attempt_id: int, enrollment: Enrollment, now: datetime) -> Attempt | None:
    """The open attempt, held; ``None`` where its time is over, and then it is closed. Raises as ``save`` does."""
    attempt = locked(attempt_id, enrollment)
    if attempt.state != Attempt.State.OPEN:
        raise TimeUpError if attempt.closed_by == Attempt.ClosedBy.CLOCK else AttemptClosedError
    if policy.is_over(attempt.deadline, now):
        close(attempt, now=now)
        return None
    return attempt


def _save(attempt: Attempt, answers: Mapping[int, Raw], sequence: int | None, now: datetime) -> Saved:
    kept: set[int] = set()
    outdated: set[int] = set()
    refused: dict[int, AnswerError] = {}
    changed: list[Response] = []
    places = {
        response.position: response
        for response in attempt.responses.filter(position__in=list(answers)).select_related("revision")
    }
    for position, raw in answers.items():
        response = places.get(position)
        try:
            answer = parse(position, response, raw, attempt.seed)
            assert response is not None
            sure = _confidence(response, raw)
        except AnswerError as error:
            refused[position] = error
            continue
        untouched = raw.get(WAS) == [mark(answer, attempt.seed)]
        is_older = sequence is not None and sequence <= response.sequence
        if untouched:
            # The form may be older than what another tab has saved since.
            answer = response.answer
        same = answer == response.answer and sure in {None, response.confidence}
        if same and (untouched or sequence is None or is_older):
            kept.add(position)
        elif is_older:
            outdated.add(position)
        elif not same and (fixed := _fixed(attempt, response)):
            refused[position] = fixed
        else:
            response.answer = answer
            response.confidence = response.confidence if sure is None else sure
            response.sequence = min(response.sequence + 1, MOST) if sequence is None else sequence
            response.saved_at = now
            response.saves = [*response.saves[: MOST_SAVES - 1], now.isoformat()]
            response.in_grace = attempt.deadline is not None and now > attempt.deadline
            changed.append(response)
            kept.add(position)
    if changed:
        fields = ["answer", "confidence", "sequence", "saved_at", "saves", "in_grace"]
        Response.objects.bulk_update(changed, fields, batch_size=BATCH)
    return Saved(kept=frozenset(kept), outdated=frozenset(outdated), refused=refused)


def parse(position: int, response: Response | None, raw: Raw, seed: int) -> Answer:
    """The answer that a form brought for the item at ``position``.

    Raises ``AnswerError``, with the control's name on the page as its ``field``.
    """
    if response is None:
        raise AnswerError("no_such_item", gettext("This quiz has no such question."))
    item_type = items.get(response.revision.type)
    try:
        return item_type.parse(item_type.load(response.revision.body), raw, seed)
    except AnswerError as error:
        field = control_name(position, error.field) if error.field else ""
        raise AnswerError(error.code, error.message, field=field) from None


def _confidence(response: Response, raw: Raw) -> str | None:
    """How sure the learner says to be; ``None`` where the item does not ask, or the form does not say."""
    if confidence.FIELD not in raw or not response.revision.body.get("confidence"):
        return None
    try:
        return confidence.parse(raw) or ""
    except AnswerError as error:
        raise AnswerError(error.code, error.message, field=control_name(response.position, error.field)) from None


def _fixed(attempt: Attempt, response: Response) -> AnswerError | None:
    """Why the answer can no longer change while the attempt goes on."""
    if response.checked_at is not None:
        return AnswerError("checked", gettext("This answer has been checked; it can no longer change."))
    if not attempt.assignment.may_go_back and response.position < attempt.position:
        return AnswerError("left_behind", gettext("You have gone on from this question; it can no longer change."))
    return None


def turn(*, attempt_id: int, enrollment: Enrollment, position: int, now: datetime) -> Attempt:
    """Go to the item at ``position``, where there is one on a page; where going back is not allowed, only onwards.

    A position that there is not, or no more, leaves the page where it is. Raises as ``save`` does.
    """
    with transaction.atomic():
        attempt = _in_time(attempt_id, enrollment, now)
        if attempt is not None:
            onwards = attempt.assignment.may_go_back or position > attempt.position
            if onwards and position != attempt.position and attempt.responses.filter(position=position).exists():
                attempt.position = position
                attempt.save(update_fields=["position"])
    if attempt is None:
        raise TimeUpError
    return attempt


def check(*, attempt_id: int, enrollment: Enrollment, position: int, now: datetime) -> Response:
    """Fix the answer at ``position``, so that what the assignment shows meanwhile may be shown of it.

    Checking again changes nothing. The response comes back scored; ``selectors.checked`` shows it. Raises
    ``NothingCheckedError``, and as ``save`` does.
    """
    with transaction.atomic():
        attempt = _in_time(attempt_id, enrollment, now)
        response = (
            attempt.responses.select_related("revision", "scored_by").filter(position=position).first()
            if attempt
            else None
        )
        if attempt is not None:
            if response is None or response.answer is None or not policy.checks(attempt.assignment):
                raise NothingCheckedError
            if response.checked_at is None:
                response.checked_at = now
                response.save(update_fields=["checked_at"])
                data = {"position": position}
                AttemptEvent.objects.create(
                    attempt=attempt, kind=AttemptEvent.Kind.CHECKED, at=now, by=enrollment, data=data
                )
    if response is None:
        raise TimeUpError
    score(response)
    return response


def note(*, attempt_id: int, enrollment: Enrollment, kind: str, now: datetime) -> None:
    """Write down that the learner left the page of an open attempt, or came back to it (``left``, ``returned``).

    Of an attempt that is closed nothing is noted. Raises ``AttemptNotFoundError``.
    """
    if kind not in {AttemptEvent.Kind.LEFT, AttemptEvent.Kind.RETURNED}:
        raise ValueError(f"{kind!r} is nothing that a learner's page tells of")
    with transaction.atomic():
        attempt = locked(attempt_id, enrollment)
        if attempt.state == Attempt.State.OPEN and attempt.events.count() < MOST_EVENTS:
            AttemptEvent.objects.create(attempt=attempt, kind=kind, at=now, by=enrollment)
