"""The settings of a quiz as an instructor writes them: the three that matter first, the rest folded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coexistence.courses import assignments
from coexistence.courses.assignments import LONGEST_CODE, LONGEST_LIMIT, MOST_POINTS
from coexistence.courses.models import Assignment, Shown

#: What a browser's field for a date and a time sends; in this installation's time zone.
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
MOST_ATTEMPTS = 1000


class Pages:
    """How the questions lie on pages; the values of the field ``pages``."""

    ALL, EACH, ONWARDS = "all", "each", "onwards"
    CHOICES = (
        (ALL, gettext_lazy("all on one page")),
        (EACH, gettext_lazy("one at a time, back and forth")),
        (ONWARDS, gettext_lazy("one at a time, without going back")),
    )


def whole(label: Any, hint: Any, *, least: int, most: int, required: bool = False) -> forms.IntegerField:
    """A field for a whole number, which says so in every error."""
    message = gettext_lazy("Give a whole number from %(least)s to %(most)s.")
    said = message % {"least": least, "most": most}
    return forms.IntegerField(
        label=label,
        help_text=hint,
        required=required,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), said),
    )


def moment(label: Any, hint: Any) -> forms.DateTimeField:
    """A field for a date with a time, which may stay empty."""
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=False,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(format=MOMENTS[0], attrs={"type": "datetime-local"}),
        error_messages={"invalid": gettext_lazy("Give a date and a time, such as 2026-03-02 and 09:00, or neither.")},
    )


def choice(label: Any, hint: Any, choices: Any, *, listed: bool = False) -> forms.ChoiceField:
    """A field to pick one of ``choices``; ``listed`` shows all of them at once."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        widget=forms.RadioSelect if listed else forms.Select,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose one of these.")),
    )


def shown(label: Any, hint: Any = "", *, listed: bool = False) -> forms.ChoiceField:
    """A field for when learners may see something."""
    return choice(label, hint, Shown.choices, listed=listed)


@dataclass(frozen=True, slots=True)
class Fold:
    """Some settings under one heading, folded until somebody looks; ``now`` says what they are set to."""

    title: str | Promise
    now: str
    fields: Sequence[BoundField]

    @property
    def is_open(self) -> bool:
        """Whether it must not be folded, because something in it has to be mended."""
        return any(field.errors for field in self.fields)


class QuizForm(forms.Form):
    """How a quiz is taken. What a form does not name stays at its initial value: at first, the default.

    ``settings`` are the values to begin with, by their names in ``assignments.Settings``, and ``points``. A ``prefix``
    stands behind a field's name: ``points.thaw.quiz``.
    """

    points = whole(
        gettext_lazy("Points"),
        gettext_lazy("What the quiz is worth in the gradebook."),
        least=assignments.LEAST_POINTS,
        most=MOST_POINTS,
        required=True,
    )
    attempts_allowed = whole(
        gettext_lazy("Attempts"),
        gettext_lazy("How often a learner may take it. Empty: any number."),
        least=1,
        most=MOST_ATTEMPTS,
    )
    due_at = moment(gettext_lazy("Due"), gettext_lazy("What is submitted later is late."))

    opens_at = moment(gettext_lazy("Opens"), gettext_lazy("Nobody can begin before that."))
    closes_at = moment(
        gettext_lazy("Closes"), gettext_lazy("From then on nothing is taken; running attempts end with what was saved.")
    )
    time_limit = whole(
        gettext_lazy("Time limit, in minutes"),
        gettext_lazy("From the beginning of an attempt. Empty: no limit. Extra time is given under Accommodations."),
        least=1,
        most=LONGEST_LIMIT,
    )

    late = choice(gettext_lazy("Late work is"), "", Assignment.Late.choices, listed=True)
    late_percent = whole(
        gettext_lazy("Percent taken off for each day"),
        gettext_lazy("Of the score, for each day that has begun since it was due."),
        least=1,
        most=100,
    )
    late_grace = whole(
        gettext_lazy("Grace, in minutes"),
        gettext_lazy("So long after the due time nothing is late yet."),
        least=0,
        most=LONGEST_LIMIT,
    )

    counts = choice(gettext_lazy("What counts is"), "", Assignment.Counts.choices)
    wait = whole(
        gettext_lazy("Wait between attempts, in minutes"),
        gettext_lazy("From the end of one to the beginning of the next. 0: none."),
        least=0,
        most=LONGEST_LIMIT,
    )
    access_code = forms.CharField(
        label=gettext_lazy("Access code"),
        help_text=gettext_lazy("Learners write it before an attempt begins. Empty: none is asked for."),
        required=False,
        max_length=LONGEST_CODE,
        error_messages={"max_length": gettext_lazy("Use at most %(limit_value)d characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )
    is_practice = forms.BooleanField(
        label=gettext_lazy("For practice only"),
        help_text=gettext_lazy("Any number of attempts, right answers after each, and no score in the gradebook."),
        required=False,
    )

    pages = choice(gettext_lazy("Questions are shown"), "", Pages.CHOICES, listed=True)

    show_score = shown(gettext_lazy("The score"))
    show_answers = shown(gettext_lazy("Their own answers"))
    show_feedback = shown(gettext_lazy("Feedback on what they chose"))
    show_keys = shown(
        gettext_lazy("The right answers"),
        gettext_lazy("Before the quiz has closed, a right answer can travel from one learner to the next."),
        listed=True,
    )
    pass_percent = whole(
        gettext_lazy("Pass mark, in percent of the points"),
        gettext_lazy("Learners see whether they have passed. Empty: nothing is said of passing."),
        least=1,
        most=100,
    )

    FIRST = ("points", "attempts_allowed", "due_at")
    #: Settings that are never empty: an empty field leaves them as they are.
    _KEPT = ("late_percent", "late_grace", "wait")
    _DATES = ("opens_at", "due_at", "closes_at")

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(initial=_initial({**defaults(), **(settings or {})}), prefix=prefix, auto_id="%s")
        if data is not None:
            unsaid = {
                bound.html_name: bound.value()
                for bound in self
                if not isinstance(bound.field.widget, forms.CheckboxInput) and bound.value() is not None
            }
            self.is_bound, self.data = True, {**unsaid, **data}

    def add_prefix(self, field_name: str) -> str:
        return f"{field_name}.{self.prefix}" if self.prefix else field_name

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for name in self._KEPT:
            if name in found and found[name] is None:
                found[name] = self.initial[name]
        for name in self._DATES:
            # A browser's field shows no seconds: a date that nobody touched stays as exact as it was.
            before = self.initial[name]
            if before is not None and found.get(name) == before.replace(second=0, microsecond=0):
                found[name] = before
        opens, due, closes = (found.get(name) for name in self._DATES)
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("It has to close after it opens."))
        if opens and due and due < opens:
            self.add_error("due_at", _("It cannot be due before it opens."))
        if due and closes and due > closes:
            self.add_error("due_at", _("It cannot be due after it has closed."))
        return found

    @property
    def settings(self) -> dict[str, Any]:
        """What a valid form says, by the names of ``assignments.Settings``, and ``points``."""
        found = {name: self.cleaned_data[name] for name in QuizForm.base_fields if name != "pages"}
        pages = self.cleaned_data["pages"]
        return {**found, "one_a_page": pages != Pages.ALL, "may_go_back": pages != Pages.ONWARDS}

    @property
    def first(self) -> list[BoundField]:
        """The settings that matter first."""
        return [self[name] for name in self.FIRST]

    @property
    def folds(self) -> list[Fold]:
        """The other settings, under their headings."""
        said = self.initial
        return [
            self._fold(_("Dates and time limit"), _dates(said), "opens_at", "closes_at", "time_limit"),
            self._fold(_("Late work"), _label(Assignment.Late, said["late"]), "late", "late_percent", "late_grace"),
            self._fold(_("Attempts"), _attempts(said), "counts", "wait", "access_code", "is_practice"),
            self._fold(_("Questions on the page"), str(dict(Pages.CHOICES)[said["pages"]]), "pages"),
            self._fold(
                _("What learners see, and when"),
                _("right answers: %(when)s") % {"when": _label(Shown, said["show_keys"])},
                *("show_score", "show_answers", "show_feedback", "show_keys", "pass_percent"),
            ),
        ]

    def _fold(self, title: str, now: str, *names: str) -> Fold:
        return Fold(title=title, now=now, fields=[self[name] for name in names])


def defaults() -> dict[str, Any]:
    """The settings of a quiz of which nobody has said anything yet, and its points."""
    return settings_of(Assignment(points=assignments.DEFAULT_POINTS))


def settings_of(assignment: Assignment) -> dict[str, Any]:
    """The settings of an assignment, and its points, by name."""
    return {name: getattr(assignment, name) for name in ("points", *assignments.SETTINGS)}


def _initial(settings: Mapping[str, Any]) -> dict[str, Any]:
    each = Pages.EACH if settings["may_go_back"] else Pages.ONWARDS
    return {**settings, "pages": each if settings["one_a_page"] else Pages.ALL}


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label)


def _dates(said: Mapping[str, Any]) -> str:
    parts = [
        words % {"when": date_format(localtime(said[name]), "j F, H:i")}
        for name, words in (("opens_at", _("opens %(when)s")), ("closes_at", _("closes %(when)s")))
        if said[name]
    ]
    if minutes := said["time_limit"]:
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes})
    return ", ".join(parts) or _("always open, no time limit")


def _attempts(said: Mapping[str, Any]) -> str:
    parts = [_("for practice")] if said["is_practice"] else [_label(Assignment.Counts, said["counts"])]
    if said["wait"]:
        parts.append(_("with a wait"))
    if said["access_code"]:
        parts.append(_("with an access code"))
    return ", ".join(parts)
