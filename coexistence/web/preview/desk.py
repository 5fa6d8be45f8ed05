"""The author's desk: one folder, what was last loaded of it, and what is wrong with it now."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from coexistence.content.documents import digest_of
from coexistence.content.folder import read
from coexistence.content.importer import load
from coexistence.content.lint import lint
from coexistence.content.mistakes import Mistake
from coexistence.content.models import Unit
from coexistence.content.selectors import quizzes
from coexistence.courses import assignments, visits
from coexistence.courses.models import Assignment, Course, Enrollment, Participant, Role, Visit


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mistake or a warning, with the line of the file that it is about."""

    mistake: Mistake
    is_warning: bool
    text: str


@dataclass
class Desk:
    """``digest`` changes whenever a file does; ``slug`` is the unit's name once a version of it could be loaded."""

    folder: Path
    own: Path | None = None
    digest: str = ""
    slug: str = ""
    troubles: list[Trouble] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def refresh(self) -> None:
        """Look at the files, and where they have changed check and load them; the last good version stays."""
        with self._lock:
            digest = digest_of(self.folder, self.own)
            if digest == self.digest:
                return
            reading = read(self.folder, self.own)
            self.troubles = [Trouble(mistake, False, self._line(mistake)) for mistake in reading.mistakes]
            self.troubles += [Trouble(warning, True, self._line(warning)) for warning in lint(reading)]
            if reading.content is not None:
                self.slug = load(self.folder, own=self.own, remove=True).slug
            self.digest = digest

    def unit(self) -> Unit | None:
        """The unit as it was last loaded."""
        return Unit.objects.filter(slug=self.slug).first()

    def visit(self, *, now: datetime) -> str:
        """The ``launch`` of a teacher's visit to the unit, with its quiz where it has one; empty without a unit."""
        unit = self.unit()
        if unit is None:
            return ""
        kind = Assignment.Kind.UNIT if quizzes(unit).exists() else Assignment.Kind.LESSON
        course, _ = Course.objects.get_or_create(title="Preview")
        enrollment = Enrollment.objects.filter(course=course).first() or Enrollment.objects.create(
            course=course, participant=Participant.objects.create(name="Author"), roles=[Role.INSTRUCTOR]
        )
        assignment = Assignment.objects.filter(unit=unit, kind=kind).first() or assignments.place(
            course=course, unit=unit, kind=kind, title=unit.title, points=assignments.DEFAULT_POINTS
        )
        visit, secret = visits.open_visit(
            enrollment=enrollment,
            assignment=assignment,
            roles=[Role.INSTRUCTOR],
            purpose=Visit.Purpose.LEARN,
            frame_ancestors=[],
            return_url="",
            locale="",
            now=now,
        )
        return visits.carry_in_path(visit=visit, secret=secret, now=now)

    def _line(self, mistake: Mistake) -> str:
        """The line to mend; a file of one's own is named in full."""
        try:
            rows = (self.folder / mistake.file).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return rows[mistake.line - 1].strip() if mistake.line <= len(rows) else ""


#: The one desk of a process that previews.
_desks: list[Desk] = []


def set_up(desk: Desk) -> None:
    """Make ``desk`` the one whose unit this process shows."""
    _desks[:] = [desk]


def desk() -> Desk:
    """The desk of this process."""
    return _desks[0]
