"""What one person or group may do otherwise, as an instructor writes it, and in words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coexistence.courses.models import Accommodation, Enrollment, Group
from coexistence.quiz.accommodations import MOST_MINUTES, AccommodationError

from .quiz_form import choice, moment, whole

EVERYWHERE, HERE = "everywhere", "here"
TERMS = ("time_factor", "extra_minutes", "opens_at", "due_at", "closes_at", "extra_attempts", "excused", "note")
#: The field that an error belongs to, where its code does not say so.
_FIELDS = {"assignment": "where", "course": "whose", "nothing": None}


class TermsForm(forms.Form):
    """What is granted. An empty field says nothing: then the assignment decides."""

    time_factor = forms.DecimalField(
        label=gettext_lazy("Time, as a factor"),
        help_text=gettext_lazy("1.5 is half as long again; 1 says that there is no extra time."),
        required=False,
        min_value=1,
        max_value=10,
        max_digits=4,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits"),
            gettext_lazy("Give a number from 1 to 10, with two decimals at most."),
        ),
    )
    extra_minutes = whole(
        gettext_lazy("Or extra time, in minutes"),
        gettext_lazy("Added to whatever the limit is."),
        least=0,
        most=MOST_MINUTES,
    )
    extra_attempts = whole(
        gettext_lazy("Extra attempts"), gettext_lazy("Besides those that everyone has."), least=0, most=1000
    )
    opens_at = moment(gettext_lazy("Opens"), "")
    due_at = moment(gettext_lazy("Due"), "")
    closes_at = moment(gettext_lazy("Closes"), "")
    excused = forms.BooleanField(
        label=gettext_lazy("Excused"),
        help_text=gettext_lazy("No score is asked for, and none is sent from now on."),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("For the staff; the learner does not see it."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}), auto_id="%s")

    @property
    def time(self) -> Sequence[forms.BoundField]:
        return [self["time_factor"], self["extra_minutes"], self["extra_attempts"]]

    @property
    def here(self) -> Sequence[forms.BoundField]:
        """What can be granted in one assignment only."""
        return [self["opens_at"], self["due_at"], self["closes_at"], self["excused"]]

    @property
    def terms(self) -> dict[str, Any]:
        """What a valid form grants, by the names of ``accommodations.Terms``."""
        return {name: self.cleaned_data[name] for name in TERMS}

    def refuse(self, error: AccommodationError) -> None:
        """Say what could not be granted, beside the field that it is about."""
        field = _FIELDS.get(error.code, error.code)
        self.add_error(field if field in self.fields else None, str(error))


class GrantForm(TermsForm):
    """A new accommodation: for whom, where, and what."""

    whose = choice(gettext_lazy("For"), "", ())
    where = choice(
        gettext_lazy("Where it holds"),
        "",
        [
            (EVERYWHERE, gettext_lazy("in every timed assignment of the course, present and future")),
            (HERE, gettext_lazy("only in this assignment, as an exception")),
        ],
        listed=True,
    )

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        people: Sequence[Enrollment],
        groups: Sequence[Group],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"where": EVERYWHERE, **(initial or {})})
        self._found: dict[str, Enrollment | Group] = {f"person-{one.pk}": one for one in people}
        self._found |= {f"group-{one.pk}": one for one in groups}
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        named = [(f"person-{one.pk}", str(one.participant)) for one in people]
        field.choices = [
            ("", _("Choose a person or a group")),
            *([(_("People"), named)] if people else []),
            *([(_("Groups"), [(f"group-{one.pk}", one.name) for one in groups])] if groups else []),
        ]

    @property
    def chosen(self) -> Enrollment | Group:
        """Whom a valid form names."""
        return self._found[self.cleaned_data["whose"]]

    @property
    def is_here(self) -> bool:
        return bool(self.cleaned_data["where"] == HERE)


class GroupForm(forms.Form):
    """A group's name, which stays once it has one, and its members."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For the staff, such as “extra time”; learners see “your group”."),
        max_length=100,
        error_messages={
            "required": gettext_lazy("Give the group a name."),
            "max_length": gettext_lazy("Use at most %(limit_value)d characters; this has %(show_value)d."),
        },
    )
    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Members"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choose people of this course.")},
    )

    def __init__(self, data: Any = None, *, people: Sequence[Enrollment], group: Group | None = None) -> None:
        super().__init__(data, auto_id="%s")
        members = self.fields["members"]
        assert isinstance(members, forms.TypedMultipleChoiceField)
        members.choices = [(one.pk, str(one.participant)) for one in people]
        if group is not None:
            del self.fields["name"]
            members.initial = [one.pk for one in group.members.all()]


def granted(row: Accommodation) -> list[str]:
    """What an accommodation grants, in words."""
    said = []
    if row.time_factor is not None:
        said.append(_("time × %(factor)s") % {"factor": _plain(row.time_factor)})
    if row.extra_minutes is not None:
        said.append(
            ngettext("%(count)s more minute", "%(count)s more minutes", row.extra_minutes)
            % {"count": row.extra_minutes}
        )
    if row.extra_attempts is not None:
        said.append(
            ngettext("%(count)s more attempt", "%(count)s more attempts", row.extra_attempts)
            % {"count": row.extra_attempts}
        )
    for at, words in (
        (row.opens_at, _("opens %(when)s")),
        (row.due_at, _("due %(when)s")),
        (row.closes_at, _("closes %(when)s")),
    ):
        if at is not None:
            said.append(words % {"when": date_format(localtime(at), "j F Y, H:i")})
    if row.excused:
        said.append(_("excused"))
    return said


def _plain(number: Decimal) -> str:
    return number_format(f"{number.normalize():f}", use_l10n=True)
