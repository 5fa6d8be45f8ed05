"""What one platform does differently from the specification or from the others, and nothing else does."""

from collections.abc import Mapping

from . import blackboard, brightspace, canvas, generic, moodle, openedx, sakai
from .platform import Endpoints, Form, Platform, Value

#: By a short name, in the order in which people look for them.
BY_NAME: Mapping[str, Platform] = {
    "moodle": moodle.PLATFORM,
    "canvas": canvas.PLATFORM,
    "blackboard": blackboard.PLATFORM,
    "brightspace": brightspace.PLATFORM,
    "sakai": sakai.PLATFORM,
    "openedx": openedx.PLATFORM,
}
_KNOWN: dict[str, Platform] = {platform.family: platform for platform in BY_NAME.values()}

__all__ = ["BY_NAME", "Endpoints", "Form", "Platform", "Value", "of", "of_issuer"]


def of(family: str) -> Platform:
    """The platform of a product family code; the generic one where nothing is known of it."""
    return _KNOWN.get(family.lower(), generic.PLATFORM)


def of_issuer(issuer: str) -> Platform | None:
    """The platform whose institutions all share ``issuer``, if it is one of those; by exact name only."""
    return next((platform for platform in _KNOWN.values() if issuer in platform.shared_issuers), None)
