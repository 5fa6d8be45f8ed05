"""What edx-platform supplies to its LTI consumer, in the smallest form that is true to it.

The package reaches edx-platform through the functions of ``lti_consumer.plugin.compat`` only. Four of them are needed
for launches, deep linking and grades; they are replaced here:

- a course block with a title, a weight and a gradebook behind it (there: modulestore and the grades app),
- users by the external id under which tools know them (there: ``ExternalId``),
- who may change a course (there: course roles; here: staff).

Nothing else of the package is touched. Rosters are not supplied: their part of the package is not under test.
"""

import uuid
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import get_user_model
from lti_consumer.exceptions import LtiError
from lti_consumer.plugin import compat
from opaque_keys.edx.keys import UsageKey

COURSE = "course-v1:Loopback+HIST101+2026"

#: The LMS's gradebook: share of the full mark by block and user name. One process serves the site, and it may forget.
GRADES: dict[tuple[str, str], float] = {}


@dataclass
class Block:
    """An LTI block of the course, as far as its consumer looks at it."""

    location: UsageKey
    display_name: str = "Peaceful coexistence"
    weight: float = 10.0
    start: None = None
    due: None = None
    has_score: bool = True
    accept_grades_past_due: bool = True
    lti_1p3_passport_id: str = ""
    context_id: str = COURSE

    @property
    def scope_ids(self) -> SimpleNamespace:
        return SimpleNamespace(usage_id=self.location)

    def is_past_due(self) -> bool:
        return False

    def max_score(self) -> float:
        return self.weight

    def set_user_module_score(self, user: Any, score: float, max_score: float, comment: str = "") -> None:
        """``score`` is a share of 1, as the package has computed it."""
        GRADES[str(self.location), user.username] = score


def external_id(user: Any) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"lti:{user.username}"))


def user_of(wanted: str) -> Any:
    for user in get_user_model().objects.all():
        if external_id(user) == wanted:
            return user
    raise LtiError("Invalid User")


def supply() -> None:
    compat.load_enough_xblock = compat.load_block_as_user = Block
    compat.get_user_from_external_user_id = user_of
    compat.user_has_studio_write_access = lambda user, course_key: user.is_staff
