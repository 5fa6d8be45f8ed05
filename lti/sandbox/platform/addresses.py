"""Every address of the platform that a tool is told."""

from urllib.parse import urlencode

from django.conf import settings

from lti.sandbox.manners import Manner
from lti.sandbox.models import Course, LineItem, Tool


def site(path: str) -> str:
    return f"{settings.SANDBOX_URL}{path}"


def issuer() -> str:
    """The ``iss`` of every message: this site's origin, without a trailing slash."""
    return str(settings.SANDBOX_URL)


def token_url() -> str:
    return site("/lti/token")


def authorization_url() -> str:
    return site("/lti/authorize")


def line_items(course: Course, tool: Tool, manner: Manner) -> str:
    """The line item container; Moodle's carries a query string."""
    if manner.is_canvas:
        return site(f"/api/lti/courses/{course.pk}/line_items")
    return site(f"/mod/lti/services.php/{course.pk}/lineitems?type_id={tool.deployment_id}")


def line_item(item: LineItem, manner: Manner, *, tail: str = "") -> str:
    """A line item, or with ``tail`` (``/scores``, ``/results``) what lies below it; a query comes after the tail."""
    if manner.is_canvas:
        return site(f"/api/lti/courses/{item.course_id}/line_items/{item.pk}{tail}")
    return site(
        f"/mod/lti/services.php/{item.course_id}/lineitems/{item.pk}/lineitem{tail}?type_id={item.tool.deployment_id}"
    )


def members(course: Course, tool: Tool, manner: Manner) -> str:
    if manner.is_canvas:
        return site(f"/api/lti/courses/{course.pk}/names_and_roles")
    return site(f"/mod/lti/services.php/CourseSection/{course.pk}/bindings/{tool.deployment_id}/memberships")


def openid_configuration(token: str, manner: Manner) -> str:
    """Where the tool reads about this platform; Canvas's address carries a token of its own."""
    base = site("/.well-known/openid-configuration")
    return f"{base}?{urlencode({'registration_token': token})}" if manner.is_canvas else base
