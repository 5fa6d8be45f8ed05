"""How content looks in JSON. ``html`` fields are sanitised; all other texts are plain.

Everything is read-only, which also has the OpenAPI document say that every field is always there.
"""

from typing import Any, get_args

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from coexistence.content import plans
from coexistence.content.models import Event, Item, Person, Quiz, Section, Source, Term, Unit
from coexistence.quiz.items.base import Kind

PARTS = ("lesson", "timeline", "people", "glossary", "quiz")


def slugs() -> Any:
    """The slugs of related rows."""
    return serializers.SlugRelatedField(many=True, read_only=True, slug_field="slug")


class UnitBriefSerializer(serializers.ModelSerializer[Unit]):
    """A unit in the list of units."""

    licence = serializers.CharField(source="data.licence", default="", read_only=True)
    summary_html = serializers.CharField(source="summary", read_only=True)
    links = serializers.SerializerMethodField(help_text="The addresses of the unit and its parts.")

    class Meta:
        model = Unit
        fields = ["slug", "title", "subtitle", "language", "licence", "summary_html", "revision", "links"]
        read_only_fields = fields

    @extend_schema_field(
        {"type": "object", "properties": {name: {"type": "string"} for name in ("self", *PARTS)}, "required": ["self"]}
    )
    def get_links(self, unit: Unit) -> dict[str, str]:
        return {
            "self": reverse("api:unit", args=[unit.slug]),
            **{part: reverse(f"api:{part}", args=[unit.slug]) for part in PARTS},
        }


class ObjectiveSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class ChoiceSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    title = serializers.CharField()


class CountsSerializer(serializers.Serializer[Any]):
    sections = serializers.IntegerField()
    events = serializers.IntegerField()
    people = serializers.IntegerField()
    terms = serializers.IntegerField()
    sources = serializers.IntegerField()
    items = serializers.IntegerField(help_text="Public ones, for practice or grades.")


class QuizSerializer(serializers.ModelSerializer[Quiz]):
    """A ready-made quiz, without its items."""

    summary_html = serializers.CharField(source="summary", read_only=True)
    item_count = serializers.SerializerMethodField()

    class Meta:
        model = Quiz
        fields = ["slug", "title", "summary_html", "item_count"]
        read_only_fields = fields

    def get_item_count(self, quiz: Quiz) -> int:
        return plans.size(quiz.plan)


class UnitSerializer(UnitBriefSerializer):
    """A unit by itself. Give ``counts`` and ``quizzes`` in the context."""

    objectives = ObjectiveSerializer(many=True, source="data.objectives", default=list, read_only=True)
    themes = ChoiceSerializer(many=True, source="data.themes", default=list, read_only=True)
    lanes = ChoiceSerializer(many=True, source="data.lanes", default=list, read_only=True)
    counts = serializers.SerializerMethodField()
    quizzes = serializers.SerializerMethodField()

    class Meta(UnitBriefSerializer.Meta):
        fields = [*UnitBriefSerializer.Meta.fields, "objectives", "themes", "lanes", "counts", "quizzes"]
        read_only_fields = fields

    @extend_schema_field(CountsSerializer)
    def get_counts(self, unit: Unit) -> Any:
        return CountsSerializer(self.context["counts"]).data

    @extend_schema_field(QuizSerializer(many=True))
    def get_quizzes(self, unit: Unit) -> Any:
        return QuizSerializer(self.context["quizzes"], many=True).data


class SourceSerializer(serializers.ModelSerializer[Source]):
    """A source with its rights; excerpts are letter for letter."""

    locator = serializers.CharField(source="data.locator", default=None, allow_null=True, read_only=True)
    accessed = serializers.CharField(source="data.accessed", default=None, allow_null=True, read_only=True)
    excerpts = serializers.ListField(
        child=serializers.CharField(), source="data.excerpts", default=list, read_only=True
    )

    class Meta:
        model = Source
        fields = [
            "slug",
            "title",
            "author",
            "published",
            "citation",
            "url",
            "rights",
            "locator",
            "accessed",
            "excerpts",
        ]
        read_only_fields = fields


class SectionSerializer(serializers.ModelSerializer[Section]):
    """A section of the lesson. References in its ``html`` are links to ``#event-…``, ``#person-…`` and so on."""

    status = serializers.ChoiceField(choices=["full", "outline"], source="data.status", default="full", read_only=True)
    minutes = serializers.IntegerField(source="data.minutes", default=None, allow_null=True, read_only=True)
    objectives = serializers.ListField(
        child=serializers.CharField(), source="data.objectives", default=list, read_only=True
    )
    events, people, terms = slugs(), slugs(), slugs()
    sources = SourceSerializer(many=True, read_only=True)

    class Meta:
        model = Section
        fields = [
            *("slug", "position", "title", "question", "summary", "status", "minutes", "objectives", "html"),
            *("events", "people", "terms", "sources"),
        ]
        read_only_fields = fields


class EventSerializer(serializers.ModelSerializer[Event]):
    """An event. Its date may mean any day from ``start`` to ``end``, as exactly as ``precision`` says."""

    latitude = serializers.FloatField(allow_null=True, read_only=True)
    longitude = serializers.FloatField(allow_null=True, read_only=True)
    people, sources, sections = slugs(), slugs(), slugs()

    class Meta:
        model = Event
        fields = [
            *("slug", "title", "start", "end", "precision", "circa", "lane", "theme", "significance", "place"),
            *("latitude", "longitude", "summary", "html", "people", "sources", "sections"),
        ]
        read_only_fields = fields


class PersonSerializer(serializers.ModelSerializer[Person]):
    events = slugs()

    class Meta:
        model = Person
        fields = ["slug", "name", "born", "died", "role", "html", "events"]
        read_only_fields = fields


class TermSerializer(serializers.ModelSerializer[Term]):
    class Meta:
        model = Term
        fields = ["slug", "name", "html"]
        read_only_fields = fields


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    html = serializers.CharField(source="text")


class PartSerializer(serializers.Serializer[Any]):
    """The question above some of an item's controls."""

    number = serializers.IntegerField()
    html = serializers.CharField(source="stem")
    instruction = serializers.CharField()


class ControlSerializer(serializers.Serializer[Any]):
    """One control of an item's form."""

    kind = serializers.ChoiceField(choices=get_args(Kind))
    name = serializers.CharField()
    html = serializers.CharField(source="label", help_text="Its label; empty where the stem says it all.")
    options = OptionSerializer(many=True, source="choices")
    measure = serializers.CharField(source="unit", help_text="What a number counts, such as days.")
    part = PartSerializer(allow_null=True, help_text="Where an item asks several things, which of them.")


class ItemSerializer(serializers.Serializer[Any]):
    """A quiz item as learners see it before they respond."""

    slug = serializers.CharField()
    revision = serializers.IntegerField()
    type = serializers.CharField()
    use = serializers.ChoiceField(choices=[Item.Use.PRACTICE, Item.Use.GRADED])
    objective = serializers.CharField()
    difficulty = serializers.CharField()
    section = serializers.CharField(allow_null=True, help_text="The section that teaches it.")
    events = serializers.ListField(child=serializers.CharField())
    points = serializers.FloatField()
    html = serializers.CharField(source="stem")
    instruction = serializers.CharField()
    controls = ControlSerializer(many=True, source="fields")
