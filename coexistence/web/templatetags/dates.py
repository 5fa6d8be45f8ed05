"""Dates of events in templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coexistence.content.models import Event
from coexistence.web import dates

register = template.Library()


@register.filter
def when(event: Event) -> SafeString:
    """The event's date as a ``<time>`` element."""
    return format_html('<time datetime="{}">{}</time>', dates.machine(event), dates.words(event))
