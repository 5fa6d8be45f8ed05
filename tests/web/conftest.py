"""A unit with one of everything, and visits to it."""

from collections.abc import Iterator

import pytest

from coexistence.content.models import Unit
from coexistence.courses.gradebook import GradeStatus, gradebook
from tests.factories import AssignmentFactory, CourseFactory, EnrollmentFactory
from tests.web.content import make_unit
from tests.web.ledger import ASKED, COLUMN, TALLIES, WAITING, WRITTEN


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def assignment(unit):
    """The whole unit in a course."""
    return AssignmentFactory(unit=unit, kind="unit", course=CourseFactory(title="History 20"), title="Week six")


@pytest.fixture
def learner(assignment, open_visit):
    return open_visit(enrollment=EnrollmentFactory(course=assignment.course), assignment=assignment)


@pytest.fixture
def staff(assignment, open_visit):
    return open_visit(enrollment=EnrollmentFactory(course=assignment.course, instructor=True), assignment=assignment)


@pytest.fixture(autouse=True)
def ledger(settings) -> Iterator[dict[int, GradeStatus]]:
    """What the gradebook says of each enrollment; pages are tested apart from any platform."""
    settings.GRADEBOOK = "tests.web.ledger.Ledger"
    gradebook.cache_clear()
    for kept in (WRITTEN, COLUMN, ASKED, WAITING, TALLIES):
        kept.clear()
    yield WRITTEN
    gradebook.cache_clear()
