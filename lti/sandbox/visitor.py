"""Who a browser is at the school: signed in as whom, in which course, and whether they look at it as a student."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse

from lti.sandbox import classroom
from lti.sandbox.manners import Manner
from lti.sandbox.models import Course, Membership, Person, Role


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the browser's cookie says; ids, not rows. ``as_student``: Student View, or the role switched."""

    person: int
    course: int = 0
    as_student: bool = False

    @property
    def text(self) -> str:
        return f"{self.person}.{self.course}.{int(self.as_student)}"


@dataclass(frozen=True, kw_only=True)
class Here:
    """The visitor's place in a course. ``person`` and ``role`` are what the platform tells a tool.

    In Canvas's Student View these are the test student and not the teacher, who is ``owner``.
    """

    owner: Membership
    person: Person
    course: Course
    role: str
    manner: Manner
    session: Session
    signed_in: bool

    @property
    def enrolled(self) -> bool:
        return self.owner.active

    @property
    def may_edit(self) -> bool:
        return self.enrolled and self.role in self.manner.editors

    @property
    def may_grade(self) -> bool:
        return self.enrolled and self.role in self.manner.graders

    @property
    def may_switch(self) -> bool:
        return self.enrolled and self.owner.role in self.manner.switchers

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label)


def session(request: HttpRequest, manner: Manner) -> Session | None:
    """What the cookie says; None without one that is ours.

    Moodle's session cookie is Lax; Canvas's is sent from anywhere, which platform storage needs: there the tool's page
    sends the browser on by itself.
    """
    found = _read(request, settings.PERSON_COOKIE)
    return found or (_read(request, settings.FRAMED_COOKIE) if manner.is_canvas else None)


def _read(request: HttpRequest, name: str) -> Session | None:
    try:
        text = request.get_signed_cookie(name, "") or ""
        person, course, as_student = (int(part) for part in text.split("."))
    except (ValueError, BadSignature):  # none, an old one, or one of another installation
        return None
    return Session(person=person, course=course, as_student=bool(as_student))


def here(request: HttpRequest, manner: Manner, *, course: Course | None = None) -> Here:
    """Where the visitor is: in ``course``, or the one last chosen. Without a cookie it is the teacher who has come."""
    found = session(request, manner)
    if course is None:
        course = (Course.objects.filter(pk=found.course).first() if found else None) or classroom.ensure()
    members = Membership.objects.select_related("person").filter(course=course)
    owner = members.filter(person=found.person).first() if found else None
    signed_in = owner is not None
    if owner is None:
        owner = members.get(role=Role.INSTRUCTOR, featured=True)
        found = Session(person=owner.person_id)
    assert found is not None
    found = replace(found, course=course.pk)
    person, role = owner.person, owner.role
    if found.as_student and owner.active and role in manner.switchers:
        if manner.is_canvas:
            test_student = members.filter(role=Role.TEST_STUDENT).first()
            person, role = (test_student.person, Role.TEST_STUDENT) if test_student else (person, role)
        else:
            # Moodle changes nothing but the role; the tool cannot know that this is no student.
            role = Role.LEARNER
    return Here(owner=owner, person=person, course=course, role=role, manner=manner, session=found, signed_in=signed_in)


def signed_in_person(request: HttpRequest, manner: Manner) -> Person | None:
    """Whom an authorization request comes from; None without the school's cookie."""
    if session(request, manner) is None:
        return None
    place = here(request, manner)
    return place.person if place.signed_in else None


def remember(response: HttpResponse, now: Session) -> HttpResponse:
    """Let the browser be this from now on."""
    https = settings.SANDBOX_URL.startswith("https:")
    for name, samesite, secure in (
        (settings.PERSON_COOKIE, "Lax", https),
        # Browsers take a Secure cookie from a loopback address without TLS too; one that does not goes by the other.
        (settings.FRAMED_COOKIE, "None", True),
    ):
        response.set_signed_cookie(name, now.text, httponly=True, samesite=samesite, secure=secure, max_age=30 * 86400)
    return response
