"""What forms for settings say beside their fields."""

from django import template
from django.conf import settings
from django.utils import timezone

from coexistence.quiz import configuration

register = template.Library()


@register.filter
def shows_keys_early(show_keys: str) -> str:
    """What to say beside a choice that shows right answers early; else empty."""
    return configuration.shows_keys_early(show_keys)


@register.simple_tag
def time_zone() -> str:
    """The time zone of dates that are written and read here, in words: ``Europe/Berlin (CET)``."""
    name, short = settings.TIME_ZONE, timezone.localtime().tzname() or ""
    return name if name == short else f"{name} ({short})"
