"""What an instructor picks to place in a course: what is offered, and from the form to assignments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from unicodedata import category

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coexistence.content.models import Quiz, Unit
from coexistence.courses import assignments
from coexistence.courses.assignments import DEFAULT_POINTS, GRADED, LONGEST_TITLE
from coexistence.courses.models import Assignment, Course
from coexistence.web.instructor.quiz_form import QuizForm

Kind = Assignment.Kind

_DESCRIPTIONS = {
    Kind.UNIT: gettext_lazy("The lesson, the timeline and the graded quiz, under one link."),
    Kind.LESSON: gettext_lazy("The text with its sources, people and terms. No grade."),
    Kind.TIMELINE: gettext_lazy("The events to explore. No grade."),
    Kind.QUIZ: gettext_lazy("The graded quiz alone; the score goes to the gradebook."),
}
_TITLES = {
    Kind.UNIT: gettext_lazy("%(unit)s"),
    Kind.LESSON: gettext_lazy("%(unit)s: lesson"),
    Kind.TIMELINE: gettext_lazy("%(unit)s: timeline"),
    Kind.QUIZ: gettext_lazy("%(unit)s: quiz"),
}


@dataclass(slots=True)
class Offer:
    """One thing that can be placed, as the form shows it; ``errors`` say what to change, by field.

    ``form`` has the settings of its quiz, where it has one; it may be placed with all of them as they are.
    """

    key: str
    unit: Unit
    kind: Kind
    label: str
    description: str
    title: str
    route: str = ""
    quiz: Quiz | None = None
    form: QuizForm | None = None
    chosen: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_graded(self) -> bool:
        """Whether it brings a gradebook column."""
        return self.kind in GRADED


@dataclass(slots=True)
class Picking:
    """The whole form: what is offered, what was chosen, and what is wrong with it."""

    offers: list[Offer]
    several: bool
    error: str = ""

    @property
    def chosen(self) -> list[Offer]:
        """The offers that are to be placed."""
        return [offer for offer in self.offers if offer.chosen]

    @property
    def is_valid(self) -> bool:
        """Whether everything chosen can be placed as it is."""
        return not self.error and not any(offer.errors for offer in self.offers)


def offers(*, several: bool) -> Picking:
    """Everything that can be placed, with suggested titles and points."""
    units = Unit.objects.prefetch_related(Prefetch("quiz_set", Quiz.objects.filter(course=None)))
    return Picking(offers=[offer for unit in units for offer in (*_parts(unit), *_routes(unit))], several=several)


def _parts(unit: Unit) -> Iterator[Offer]:
    for kind in (Kind.UNIT, Kind.LESSON, Kind.TIMELINE, Kind.QUIZ):
        if kind not in GRADED or unit.quiz_set.all():
            yield Offer(
                key=f"{unit.slug}.{kind.value}",
                unit=unit,
                kind=kind,
                label=str(kind.label),
                description=str(_DESCRIPTIONS[kind]),
                title=str(_TITLES[kind]) % {"unit": unit.title},
                form=QuizForm(prefix=f"{unit.slug}.{kind.value}") if kind in GRADED else None,
            )


def _routes(unit: Unit) -> Iterator[Offer]:
    """Each of the unit's routes: its sections with its quiz, or without any grade."""
    quizzes = {quiz.slug: quiz for quiz in unit.quiz_set.all() if not quiz.retired}
    for route in unit.data.get("routes", []):
        quiz = quizzes.get(route["quiz"])
        if quiz or not route["quiz"]:
            key = f"{unit.slug}.route.{route['id']}"
            yield Offer(
                key=key,
                unit=unit,
                kind=Kind.UNIT if quiz else Kind.LESSON,
                label=_("route: %(title)s") % {"title": route["title"]},
                description=f"{route['time']}. {route['aim']}",
                title=f"{unit.title}: {route['title']}",
                route=route["id"],
                quiz=quiz,
                form=QuizForm(prefix=key) if quiz else None,
            )


def picked(*, several: bool, form: Mapping[str, str], chosen: Sequence[str]) -> Picking:
    """The form as it was sent, checked.

    ``chosen`` are keys of offers; ``form`` has the fields ``title.<key>``, and for a quiz those of ``QuizForm`` with
    the key as their prefix. What it leaves out is as it was offered.
    """
    picking = offers(several=several)
    for offer in picking.offers:
        offer.chosen = offer.key in chosen
        # A field of one line, but nothing keeps a form from sending more.
        offer.title = " ".join(form.get(f"title.{offer.key}", offer.title).split())
        if offer.form is not None:
            offer.form = QuizForm(form, prefix=offer.key)
        if offer.chosen:
            offer.errors = _errors(offer)
    if not picking.chosen:
        picking.error = _("Choose what to place in your course.")
    elif len(picking.chosen) > 1 and not several:
        picking.error = _("Your course takes one activity at this place. Choose one.")
    return picking


def _errors(offer: Offer) -> dict[str, str]:
    errors = {}
    if not 1 <= len(offer.title) <= LONGEST_TITLE or any(category(each) == "Cc" for each in offer.title):
        errors["title"] = _("Give it a title of 1 to %(most)s characters.") % {"most": LONGEST_TITLE}
    if offer.form is not None:
        errors |= {name: f"{offer.form[name].label}: {found[0]}" for name, found in offer.form.errors.items()}
    return errors


def place(*, course: Course, picking: Picking) -> list[Assignment]:
    """The assignments of what was chosen, not bound to any link yet. Goes with whatever transaction it is called in."""
    return [
        assignments.place(
            course=course,
            unit=offer.unit,
            kind=offer.kind,
            route=offer.route,
            quiz=offer.quiz,
            title=offer.title,
            **(offer.form.settings if offer.form is not None else {"points": DEFAULT_POINTS}),
        )
        for offer in picking.chosen
    ]
