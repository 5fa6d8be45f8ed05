"""What a teacher enters into the gradebook by hand, and what that means for the tool's scores."""

from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction

from lti.sandbox.manners import Manner
from lti.sandbox.models import Grade, LineItem, Person
from lti.sandbox.platform import clock
from lti.sandbox.platform.scores import scaled


def enter(*, item: LineItem, person: Person, score: Decimal | None, locked: bool, manner: Manner) -> Grade:
    """Put ``score`` (in the column's points; None empties the cell) into the gradebook as a teacher does."""
    with transaction.atomic():
        grade = Grade.objects.filter(line_item=item, person=person).first() or Grade(line_item=item, person=person)
        grade.score, grade.by_hand = score, True
        grade.locked = locked and manner.entry_overrides
        grade.grading_progress = grade.grading_progress or "FullyGraded"
        if manner.entry_moves_time:
            grade.timestamp = datetime.fromtimestamp(clock.now(), tz=UTC)
        grade.save()
    return grade


def give_back(*, item: LineItem, person: Person) -> None:
    """Take the teacher's entry away again: the tool's own score, as far as there is one, counts once more."""
    with transaction.atomic():
        grade = Grade.objects.filter(line_item=item, person=person).first()
        if grade is None:
            return
        grade.by_hand = grade.locked = False
        grade.score = (
            None
            if grade.posted_score is None or grade.posted_maximum is None
            else scaled(item, grade.posted_score, grade.posted_maximum)
        )
        grade.save()
