"""Numbers and messages as people read them."""

import json
from decimal import Decimal
from typing import Any

from django import template

register = template.Library()


@register.filter
def plain(value: Decimal) -> str:
    """At most two places after the point, none that are zero."""
    text = f"{value.quantize(Decimal('0.01')):f}"
    return text.rstrip("0").rstrip(".")


@register.filter(name="json")
def as_json(value: Any) -> str:
    """JSON over several lines; a template escapes it like any text."""
    return json.dumps(value, indent=2, ensure_ascii=False)
