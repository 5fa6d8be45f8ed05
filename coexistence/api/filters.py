"""What the timeline can be narrowed down by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from coexistence.content.dates import DatePoint, parse_date
from coexistence.content.models import Event, Person, Unit


class DateField(forms.CharField):
    """A day, a month or a year."""

    def clean(self, value: Any) -> DatePoint | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError:
            raise forms.ValidationError(
                gettext_lazy("Write a day, a month or a year, like 1955-07-18, 1955-07 or 1955.")
            ) from None


@extend_schema_field({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"})
class DateFilter(django_filters.Filter):
    """Compares with the first day that a given date may mean, or for ``end`` with the last."""

    field_class = DateField

    def __init__(self, *args: Any, edge: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edge = edge

    def filter(self, qs: QuerySet[Any], value: DatePoint | None) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter(qs, getattr(value, self.edge) if value else None)
        return found


class EventFilter(django_filters.FilterSet):
    """Events that fit every parameter given; ``theme``, ``lane`` and ``people`` take several, separated by commas."""

    theme = django_filters.CharFilter(method="one_of_the_units", help_text="Ids of the unit's themes.")
    lane = django_filters.CharFilter(method="one_of_the_units", help_text="Ids of the unit's lanes.")
    people = django_filters.CharFilter(method="with_people", help_text="Slugs; events with any of them.")
    from_ = DateFilter("end", lookup_expr="gte", edge="start", help_text="Not over before this day, month or year.")
    to = DateFilter("start", lookup_expr="lte", edge="end", help_text="Begun by the end of this day, month or year.")

    class Meta:
        model = Event
        fields: list[str] = []

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    @classmethod
    def get_filters(cls) -> Any:
        # "from" is the natural name, and a word that Python keeps for itself.
        return {name.rstrip("_"): filter_ for name, filter_ in super().get_filters().items()}

    def one_of_the_units(self, queryset: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        wanted = _listed(value)
        self._require(name, wanted, [entry["id"] for entry in self.unit.data.get(f"{name}s", [])])
        return queryset.filter(**{f"{name}__in": wanted})

    def with_people(self, queryset: QuerySet[Event], name: str, value: str) -> QuerySet[Event]:
        wanted = _listed(value)
        people = dict(Person.objects.filter(unit=self.unit).values_list("slug", "pk"))
        self._require(name, wanted, list(people))
        return queryset.filter(
            pk__in=Event.people.through.objects.filter(person_id__in=[people[slug] for slug in wanted]).values(
                "event_id"
            )
        )

    def _require(self, name: str, wanted: list[str], known: list[str]) -> None:
        if unknown := [one for one in wanted if one not in known]:
            said = _("Unknown: %(unknown)s. Choose from: %(known)s.")
            raise ValidationError({name: [said % {"unknown": ", ".join(unknown), "known": ", ".join(known)}]})


class UnitFilterBackend(DjangoFilterBackend):
    """Tells the filters which unit is asked about."""

    def get_filterset_kwargs(self, request: Request, queryset: QuerySet[Any], view: Any) -> dict[str, Any]:
        return {**super().get_filterset_kwargs(request, queryset, view), "unit": view.unit}


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]
