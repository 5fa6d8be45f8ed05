"""A unit and what it consists of. Rows are written by the importer only; pages and the API read them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Translated(models.Model):
    """What may be said in other languages too; see ``languages``."""

    translations = models.JSONField(
        default=dict, blank=True, help_text=_("The fields that are translated, by language; all of them, or none.")
    )

    #: The language in which it speaks, once that was chosen for somebody.
    said_in = ""

    class Meta:
        abstract = True


class Unit(Translated):
    """One subject, taught as a lesson, a timeline and quizzes."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    subtitle = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=20, default="en")
    summary = models.TextField(help_text=_("Sanitised HTML."))
    data = models.JSONField(default=dict, help_text=_("What else unit.yaml says: objectives, licence, routes."))
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of all the unit's content, in hexadecimal."))
    files = models.CharField(
        max_length=64, blank=True, help_text=_("SHA-256 of the files last loaded and of the code that read them.")
    )
    revision = models.PositiveIntegerField(default=1, help_text=_("Counts the loads that changed something."))
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Part(models.Model):
    """What every part of a unit has: a place in it and a name that stays the same when the text changes."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE)
    slug = models.SlugField(max_length=100)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["unit", "slug"], name="%(app_label)s_%(class)s_unit_slug")]

    def __str__(self) -> str:
        return self.slug


class Source(Part):
    """A primary or secondary source, with its rights."""

    title = models.CharField(max_length=300)
    author = models.CharField(max_length=200, blank=True)
    published = models.CharField(max_length=100, blank=True)
    citation = models.TextField()
    url = models.URLField(max_length=500, blank=True)
    rights = models.CharField(max_length=300)
    data = models.JSONField(default=dict)

    class Meta(Part.Meta):
        pass


class Person(Translated, Part):
    """Someone who acts in the unit's events."""

    name = models.CharField(max_length=200)
    born = models.IntegerField(null=True, blank=True)
    died = models.IntegerField(null=True, blank=True)
    role = models.CharField(max_length=300)
    html = models.TextField(blank=True, help_text=_("Sanitised HTML."))

    class Meta(Part.Meta):
        verbose_name_plural = "people"


class Term(Translated, Part):
    """A word of the glossary."""

    name = models.CharField(max_length=200)
    html = models.TextField(help_text=_("Sanitised HTML."))

    class Meta(Part.Meta):
        pass


class Event(Translated, Part):
    """Something that happened, with its date as exactly as it is known."""

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=500)
    html = models.TextField(blank=True, help_text=_("Sanitised HTML."))
    start = models.DateField(help_text=_("The first day that the date may mean."))
    end = models.DateField(help_text=_("The last day that the date may mean; the start for a single day."))
    precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    circa = models.BooleanField(default=False)
    lane = models.CharField(max_length=20, default="main")
    theme = models.CharField(max_length=40)
    significance = models.PositiveSmallIntegerField(default=2, help_text=_("1 to 3."))
    place = models.CharField(max_length=200, blank=True)
    latitude = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    people = models.ManyToManyField(Person, blank=True, related_name="events")
    sources = models.ManyToManyField(Source, blank=True, related_name="events")

    class Meta(Part.Meta):
        ordering = ["start", "position"]


class Section(Translated, Part):
    """One section of the lesson."""

    title = models.CharField(max_length=200)
    question = models.CharField(max_length=300, help_text=_("The question that it opens with."))
    summary = models.CharField(max_length=500, blank=True)
    html = models.TextField(blank=True, help_text=_("Sanitised HTML; empty where only the outline is written."))
    data = models.JSONField(default=dict, help_text=_("What else the front matter says."))
    events = models.ManyToManyField(Event, blank=True, related_name="sections")
    people = models.ManyToManyField(Person, blank=True, related_name="sections")
    terms = models.ManyToManyField(Term, blank=True, related_name="sections")
    sources = models.ManyToManyField(Source, blank=True, related_name="sections")

    class Meta(Part.Meta):
        pass


class Page(Part):
    """A page beside the lesson, called after what it is: the teacher's guide, or a text whose claims readers judge."""

    GUIDE = "guide"
    ESSAY = "essay"

    title = models.CharField(max_length=200)
    html = models.TextField(help_text=_("Sanitised HTML."))
    data = models.JSONField(
        default=dict, help_text=_("An essay's claims, and under references the slugs that the page names, by kind.")
    )

    class Meta(Part.Meta):
        pass
