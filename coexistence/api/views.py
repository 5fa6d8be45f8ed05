"""The public API: every unit's lesson, timeline, people, glossary and quiz items. Thin: selectors read, serializers
write, ``public`` has what they share."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from coexistence.content import selectors
from coexistence.content.models import Event

from . import serializers
from .filters import EventFilter, UnitFilterBackend
from .items import shown
from .openapi import described
from .public import OpenToAll, PublicView, UnitView


@described("list_units", "All units", serializers.UnitBriefSerializer(many=True), unit=False)
class UnitsView(PublicView):
    """Every unit, by title."""

    serializer_class = serializers.UnitBriefSerializer

    def get(self, request: Request) -> HttpResponseBase:
        self.refuse_unknown_parameters(request)
        self.units = list(selectors.units())
        return self.respond(request, *(f"{unit.slug} {unit.revision} {unit.digest}" for unit in self.units))

    def represent(self, request: Request) -> Response:
        return self.listed(self.units)


@described("get_unit", "One unit", serializers.UnitSerializer)
class UnitDetailView(UnitView):
    """A unit's description, objectives, themes and lanes, the size of its parts, and its ready-made quizzes."""

    serializer_class = serializers.UnitSerializer

    def represent(self, request: Request) -> Response:
        context = {"counts": selectors.sizes(self.unit), "quizzes": selectors.public_quizzes(self.unit)}
        return Response(self.serializer_class(self.unit, context=context).data)


@described("get_lesson", "The lesson", serializers.SectionSerializer(many=True))
class LessonView(UnitView):
    """The sections in reading order, each with the slugs of what it names and its sources in full."""

    serializer_class = serializers.SectionSerializer

    def represent(self, request: Request) -> Response:
        return self.listed(selectors.lesson(self.unit))


@described("get_timeline", "The timeline", serializers.EventSerializer(many=True))
class TimelineView(UnitView):
    """The events by date; with parameters, those that fit all of them."""

    serializer_class = serializers.EventSerializer
    filter_backends = (UnitFilterBackend,)
    filterset_class = EventFilter
    parameters = frozenset(EventFilter.base_filters)

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.none() if getattr(self, "swagger_fake_view", False) else selectors.timeline(self.unit)

    def represent(self, request: Request) -> Response:
        return self.listed(self.filter_queryset(self.get_queryset()))


@described("get_people", "The people", serializers.PersonSerializer(many=True))
class PeopleView(UnitView):
    """Everyone whom the unit names, with the slugs of their events."""

    serializer_class = serializers.PersonSerializer

    def represent(self, request: Request) -> Response:
        return self.listed(selectors.people(self.unit))


@described("get_glossary", "The glossary", serializers.TermSerializer(many=True))
class GlossaryView(UnitView):
    """The terms and what they mean."""

    serializer_class = serializers.TermSerializer

    def represent(self, request: Request) -> Response:
        return self.listed(selectors.glossary(self.unit))


@described("get_quiz_items", "The quiz items", serializers.ItemSerializer(many=True))
class QuizView(UnitView):
    """The public items for practice or grades, as learners see them before they respond. What would reveal what is
    right is not in the answer; the options stand in an order of their own."""

    serializer_class: type[BaseSerializer[Any]] = serializers.ItemSerializer

    def represent(self, request: Request) -> Response:
        return self.listed([shown(item) for item in selectors.public_items(self.unit)])


class SchemaView(OpenToAll, SpectacularAPIView):
    """The OpenAPI document: YAML, or JSON for ``?format=json``."""


@extend_schema(exclude=True)
class NothingView(OpenToAll):
    """Whatever address there is not."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        raise exceptions.NotFound(
            _("Nothing is here. Begin at /api/v1/units/; every address is described at /api/v1/schema/.")
        )
