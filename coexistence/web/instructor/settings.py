"""What the assignment is, and how its quiz is taken: shown, changed, and what a change does said before it is done."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from coexistence.content import selectors
from coexistence.courses import assignments
from coexistence.courses.models import Assignment
from coexistence.courses.visits import VisitRequest, visit_page
from coexistence.quiz import configuration
from coexistence.quiz.selectors.granted import course_dates
from coexistence.web.parts import assignment_of

from .quiz_form import QuizForm, choice, settings_of

Kind = Assignment.Kind


KINDS = [
    (Kind.UNIT, _("The whole unit: lesson, timeline and graded quiz")),
    (Kind.QUIZ, _("Only the graded quiz")),
    (Kind.LESSON, _("Only the lesson, not graded")),
    (Kind.TIMELINE, _("Only the timeline, not graded")),
]


class SettingsForm(QuizForm):
    """The settings of one assignment, as its instructor writes them. ``kinds`` are those that its unit can offer."""

    kind = choice(
        _("What students get"),
        _("Without a quiz no further score is sent; scores that are in the gradebook stay there."),
        KINDS,
        listed=True,
    )
    title = forms.CharField(
        label=_("Title"),
        help_text=_(
            "What students read at the top of every page here. The link’s name in your course is changed there."
        ),
        max_length=assignments.LONGEST_TITLE,
        error_messages={
            "required": _("Give the assignment a title."),
            "max_length": _("Use at most %(limit_value)d characters; this has %(show_value)d."),
        },
    )

    def __init__(
        self, data: Mapping[str, str] | None = None, *, settings: Mapping[str, Any], kinds: Sequence[tuple[str, Any]]
    ) -> None:
        super().__init__(data, settings=settings)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = kinds
        if len(kinds) < len(KINDS):
            kind.help_text = _("This unit has no quiz yet.")
        self.fields["points"].help_text = _(
            "What the quiz is worth, 1 to 100. The gradebook column keeps its own maximum until you change that in "
            "your course; your platform converts."
        )


@visit_page(staff=True)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: VisitRequest) -> HttpResponseBase:
    """Show the settings, or change them and show them again; where people are at the quiz, ask first.

    The question carries the whole form, so that the way back from it loses nothing.
    """
    assignment = assignment_of(request.visit)
    gradable = assignment.is_graded or selectors.quizzes(assignment.unit).exists()
    kinds = [(kind, text) for kind, text in KINDS if gradable or kind not in assignments.GRADED]
    present = {**settings_of(assignment), "kind": assignment.kind, "title": assignment.title}
    context = {"assignment": assignment, "gradable": gradable}
    if request.method != "POST":
        form = SettingsForm(settings=present, kinds=kinds)
        return _page(request, {**context, "form": form, "saved": "saved" in request.GET})
    form = SettingsForm(request.POST.dict(), settings=present, kinds=kinds)
    if not form.is_valid():
        return _page(request, {**context, "form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if "edit" in request.POST:
        return _page(request, {**context, "form": form})
    wanted = form.settings
    if "sure" not in request.POST and (said := configuration.consequences(assignment, **wanted)):
        return render(request, "web/instructor/settings_confirm.html", {**context, "form": form, "consequences": said})
    what = {"kind": form.cleaned_data["kind"], "title": form.cleaned_data["title"]}
    configuration.change(assignment=assignment, now=timezone.now(), by=request.visit.enrollment, **what, **wanted)
    return redirect(reverse("web:settings", kwargs={"launch": request.launch}) + "?saved=1")


def _page(request: VisitRequest, context: Mapping[str, Any], *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponseBase:
    told = course_dates(context["assignment"])
    dates = {name: _from_the_course(found) for name, found in told.items() if found}
    return render(request, "web/instructor/settings.html", {**context, "course_dates": dates}, status=status)


def _from_the_course(told: Sequence[tuple[Any, int]]) -> SafeString:
    """The dates that the platform gives, as a note beside the setting that would take their place."""
    lines = [
        ngettext("%(when)s for %(count)s learner", "%(when)s for %(count)s learners", count)
        % {"when": date_format(timezone.localtime(when), "j F Y, H:i"), "count": count}
        for when, count in told
    ]
    return format_html(
        '<p class="hint from-course">{} {}. {}</p>',
        _("From the course:"),
        format_html_join("; ", "{}", ((line,) for line in lines)),
        _("A date here takes its place."),
    )
