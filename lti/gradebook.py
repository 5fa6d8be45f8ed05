"""What the pages may ask about a platform's gradebook, and have done about it."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from coexistence.courses.gradebook import Action, ColumnStatus, GradeFile, GradeState, GradeStatus, Tally
from coexistence.courses.models import Enrollment

from . import columns, figures, outbox, platforms, reconcile, replaced
from .answers import SENTENCES
from .grades import release, ring, withhold
from .models import LineItem, ScoreDelivery
from .wording import sentence

State = ScoreDelivery.State
_STATES = {
    State.WAITING: GradeState.WAITING,
    State.SENDING: GradeState.WAITING,
    State.DELIVERED: GradeState.DELIVERED,
    State.HELD: GradeState.HELD,
    State.REFUSED: GradeState.REFUSED,
    State.SUPERSEDED: GradeState.SUPERSEDED,
}
_STUCK = frozenset({State.HELD, State.REFUSED})
#: After so long nobody goes on saying that the gradebook is being read, or a column made.
PATIENCE = timedelta(minutes=5)


class PlatformGradebook:
    """Answers from the outbox; see ``coexistence.courses.gradebook.Gradebook``."""

    def statuses(self, *, assignment_id: int, enrollment_ids: Sequence[int]) -> Mapping[int, GradeStatus]:
        """The status of each of these enrollments. One query."""
        rows = (
            ScoreDelivery.objects.filter(_of(assignment_id) | _of(assignment_id, "replaced_by__"))
            .filter(user__participant__enrollments__in=enrollment_ids)
            .select_related("line_item")
            .annotate(
                enrollment_id=F("user__participant__enrollments"),
                is_former=~Q(line_item__resource_link__assignment=assignment_id),
                former_title=F("line_item__resource_link__assignment__title"),
            )
            .order_by("line_item__resource_link__replaced_at")
        )
        # Of what stood there before, the latest; of this assignment's own, all.
        found: dict[int, ScoreDelivery] = {row.enrollment_id: row for row in rows if row.is_former}
        found |= {row.enrollment_id: row for row in rows if not row.is_former}
        return {pk: _status(found.get(pk)) for pk in enrollment_ids}

    def column(self, *, assignment_id: int) -> ColumnStatus:
        """Whether the assignment has a column in the gradebook. Two queries."""
        column = (
            LineItem.objects.filter(resource_link__assignment=assignment_id).annotate(former=replaced.TITLE).first()
        )
        if column is None:
            return ColumnStatus(str(SENTENCES["no_column"]), exists=False)
        now = timezone.now()
        making = column.find_at is not None and not column.find_code and column.find_at < now + 2 * PATIENCE
        code = "line_item_gone" if column.gone else "" if column.url else "no_column"
        withheld = column.withheld and (column.withheld_until is None or column.withheld_until > now)
        until = column.withheld_until if withheld else None
        if code:
            trouble = column.find_code if column.find_code != code else ""
            return ColumnStatus(
                replaced.column(str(SENTENCES[code]), column.former),
                exists=False,
                may_make=not making and columns.may_make(column),
                making=making,
                trouble=_words(trouble),
                withheld=withheld,
                withheld_until=until,
            )
        asked, read = column.read_asked_at, column.read_at
        return ColumnStatus(
            replaced.column(gettext("This activity has a column in the course's gradebook."), column.former),
            may_check=ScoreDelivery.objects.filter(line_item=column).exists(),
            reading=asked is not None and asked > now - PATIENCE and (read is None or read < asked),
            read_at=read,
            trouble=_words(column.read_code),
            withheld=withheld,
            withheld_until=until,
        )

    def resend(self, *, assignment_id: int, enrollment_ids: Sequence[int] | None = None) -> int:
        """Try again what was held or refused."""
        now = timezone.now()
        rows = _rows(assignment_id, enrollment_ids)
        return _rung(rows.filter(state__in=_STUCK), outbox.resend, now=now)

    def check_now(self, *, assignment_id: int) -> bool:
        """Have the gradebook read as soon as may be."""
        column = LineItem.objects.filter(resource_link__assignment=assignment_id).first()
        return column is not None and reconcile.ask(column, now=timezone.now())

    def settle(self, *, assignment_id: int, enrollment_id: int, ours: bool) -> bool:
        """Send ours in place of a teacher's own change, or keep theirs."""
        rows = _rows(assignment_id, [enrollment_id])
        if ours:
            return bool(_rung(rows.filter(state=State.SUPERSEDED), outbox.insist, now=timezone.now()))
        return bool(outbox.yield_to_teacher(rows))

    def make_column(self, *, assignment_id: int) -> bool:
        """Have a new column made where there is none or it was deleted."""
        column = LineItem.objects.filter(resource_link__assignment=assignment_id).first()
        return column is not None and columns.make_anew(column, now=timezone.now())

    def withhold(self, *, assignment_id: int, until: datetime | None) -> None:
        """Keep scores back from the gradebook."""
        withhold(assignment_id=assignment_id, until=until)

    def release(self, *, assignment_id: int) -> None:
        """Send what was kept back."""
        release(assignment_id=assignment_id)

    def grade_file(self, *, assignment_id: int, title: str, scores: Mapping[int, Decimal]) -> GradeFile | None:
        """These scores in the format of the platform's own import. Two queries."""
        column = (
            LineItem.objects.select_related("resource_link__context__deployment__registration")
            .filter(resource_link__assignment=assignment_id)
            .first()
        )
        if column is None:
            return None
        platform = platforms.of(column.resource_link.context.deployment.registration.platform)
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([_cell(header.format(title=title)) for header, _ in platform.grade_file])
        people = Enrollment.objects.filter(pk__in=scores, participant__lti_user__isnull=False).select_related(
            "participant__lti_user"
        )
        for enrollment in people.order_by("participant__name", "pk"):
            values = {
                "name": _cell(enrollment.participant.name),
                "sub": _cell(enrollment.participant.lti_user.sub),
                "score": f"{scores[enrollment.pk].normalize():f}",
                "": "",
            }
            writer.writerow([values[source] for _, source in platform.grade_file])
        return GradeFile(f"{slugify(title) or 'grades'}.csv", text.getvalue(), platform.name)

    def oldest_waiting(self) -> datetime | None:
        """Since when the first of the scores waits that could be sent."""
        return figures.oldest_waiting()

    def tallies(self) -> Sequence[Tally]:
        """A tally of each registration."""
        return list(figures.by_registration().values())


def _of(assignment_id: int, path: str = "") -> Q:
    return Q(**{f"line_item__resource_link__{path}assignment": assignment_id})


def _rows(assignment_id: int, enrollment_ids: Sequence[int] | None) -> QuerySet[ScoreDelivery]:
    rows = ScoreDelivery.objects.filter(_of(assignment_id))
    return rows if enrollment_ids is None else rows.filter(user__participant__enrollments__in=enrollment_ids)


def _rung(rows: QuerySet[ScoreDelivery], change: Callable[..., list[int]], *, now: datetime) -> int:
    """Make these rows due by ``change`` and wake a worker; how many they are."""
    ids = list(rows.filter(claim=None).exclude(line_item__url="").values_list("pk", flat=True))
    for registration_id in change(ScoreDelivery.objects.filter(pk__in=ids), now=now):
        ring(registration_id, at=now + timedelta(seconds=1))
    return len(ids)


def _words(code: str) -> str:
    return str(SENTENCES.get(code, SENTENCES["platform_error"])) if code else ""


def _cell(text: str) -> str:
    """Text for a cell of a file that a spreadsheet may be opened with: never a formula, whatever a person is called."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r")) else text


def _status(row: ScoreDelivery | None) -> GradeStatus:
    if row is None:
        return GradeStatus(GradeState.NONE, gettext("There is nothing to send to the gradebook."))
    if row.is_former:  # type: ignore[attr-defined]
        return GradeStatus(GradeState.NONE, replaced.sentence(row))
    state = State(row.state)
    superseded = state == State.SUPERSEDED
    actions = set()
    if state in _STUCK and row.line_item.url:
        actions.add(Action.RESEND)
    if superseded:
        actions |= {Action.SEND_OURS} | ({Action.KEEP_THEIRS} if row.code != "kept_theirs" else set())
    return GradeStatus(
        state=_grade_state(row),
        sentence=sentence(row),
        maximum=row.wanted_maximum,
        computed=row.wanted_score,
        acknowledged=row.acknowledged_score,
        acknowledged_at=row.acknowledged_at,
        seen=row.seen_score if row.seen_score is not None or not row.seen_at else _zero(row),
        seen_maximum=row.seen_maximum,
        seen_at=row.seen_at,
        next_try_at=row.next_try_at,
        attention=state in _STUCK or (superseded and row.code != "kept_theirs"),
        actions=frozenset(actions),
    )


def _grade_state(row: ScoreDelivery) -> GradeState:
    if row.state == State.WAITING and row.code == "withheld":
        return GradeState.KEPT_BACK
    if row.state == State.WAITING and row.next_try_at is None:
        return GradeState.NO_COLUMN
    return _STATES[State(row.state)]


def _zero(row: ScoreDelivery) -> Decimal | None:
    """Zero, where the gradebook shows nothing for a zero that it took: Moodle leaves zeros out."""
    return Decimal(0) if row.acknowledged_score == 0 and row.state == State.DELIVERED else None
