"""What templates of a visit's pages need: the token of its forms, its addresses, its navigation."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse

from coexistence.courses.models import Visit
from coexistence.courses.visits import form_token
from coexistence.web.parts import LABELS, parts_of

register = template.Library()


def _visit(context: Context) -> Visit:
    visit: Visit = context["request"].visit
    return visit


@register.simple_tag
def tool_name() -> str:
    """What this installation calls itself."""
    return str(settings.TOOL_NAME)


@register.simple_tag(takes_context=True)
def visit_token(context: Context) -> str:
    """The value of the hidden field ``visit_token``, which every form of a visit carries."""
    return form_token(_visit(context))


@register.simple_tag(takes_context=True)
def visit_url(context: Context, name: str, **kwargs: Any) -> str:
    """The address of one of the visit's pages: ``{% visit_url 'section' slug=section.slug %}``."""
    return reverse(f"web:{name}", kwargs={"launch": context["request"].launch, **kwargs})


@register.simple_tag(takes_context=True)
def opens(context: Context, part: str) -> bool:
    """Whether the visit's assignment opens this part, so that a link to it leads somewhere."""
    return part in parts_of(_visit(context))


@register.simple_tag(takes_context=True)
def way_back(context: Context) -> str:
    """Where the platform wants people back, on a page in a window of its own; in a frame the course is around it.

    A browser that does not say where it shows the page gets the link as well: it leads out of any frame.
    """
    in_frame = context["request"].headers.get("Sec-Fetch-Dest", "") in {"iframe", "frame"}
    return "" if in_frame else _visit(context).return_url


@register.inclusion_tag("web/parts.html", takes_context=True)
def visit_parts(context: Context) -> dict[str, Any]:
    """The navigation between the parts of the visit's assignment."""
    path = context["request"].path
    visit = _visit(context)
    if visit.purpose != Visit.Purpose.LEARN:
        return {"parts": []}
    urls = [(name, visit_url(context, name)) for name in parts_of(visit)]
    return {
        "parts": [
            {"label": LABELS[name], "url": url, "current": path.startswith(url), "exact": path == url}
            for name, url in urls
        ]
    }
