"""The school's rows: who is in which course, what stands on its page, its gradebook, and the tool that it trusts."""

from lti.sandbox.models.activity import Activity, LaunchTicket, Selection
from lti.sandbox.models.gradebook import Grade, LineItem
from lti.sandbox.models.people import Course, Membership, Person, Role, School
from lti.sandbox.models.tool import AccessToken, Bucket, Deployment, SigningKey, SpentToken, Tool
from lti.sandbox.models.wire import Exchange

__all__ = [
    "AccessToken",
    "Activity",
    "Bucket",
    "Course",
    "Deployment",
    "Exchange",
    "Grade",
    "LaunchTicket",
    "LineItem",
    "Membership",
    "Person",
    "Role",
    "School",
    "Selection",
    "SigningKey",
    "SpentToken",
    "Tool",
]
