"""Whose ways the school keeps: Moodle's or Canvas's.

A ``Manner`` holds what differs as plain values; the modules of ``lti.sandbox.platform`` ask it. The issuer, the client
id, the ids of people, courses and activities stay what they are across the switch, so that nothing is lost by trying
the other way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lti.sandbox.models import Role, School
from lti.sandbox.vocabulary import CONTEXT_ROLE, INSTITUTION_ROLE, SYSTEM_ROLE


@dataclass(frozen=True, kw_only=True)
class Manner:
    """What one platform does its own way."""

    key: Literal["moodle", "canvas"]
    name: str
    # What the visitor reads beside the switch.
    summary: tuple[str, ...]

    # Messages
    product_family_code: str
    version: str
    id_token_seconds: int
    ticket_seconds: int
    sends_azp: bool
    context_types: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    document_targets_window: bool

    # Who may do what on the platform's own pages
    editors: frozenset[str]
    graders: frozenset[str]
    # Who may see the course as a student does, and what that is called there.
    switchers: frozenset[str]
    switch_name: str
    takes_guests: bool
    # Whether students are kept from what is not published, and scores too.
    publishes: bool

    # Services
    literal_media_types: bool
    stale_status: int
    equal_timestamp_is_stale: bool
    all_or_nothing_scopes: bool
    # Whether a teacher's own entry moves the time that later scores are compared with, and outlasts them.
    entry_moves_time: bool
    entry_overrides: bool
    # Who has a grade in a course.
    gradable: frozenset[str]
    member_roles: Mapping[str, tuple[str, ...]]

    @property
    def is_moodle(self) -> bool:
        return self.key == "moodle"

    @property
    def is_canvas(self) -> bool:
        return self.key == "canvas"


TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
# Moodle asks for capabilities, not for roles: who may manage the activity is Instructor, anybody else is Learner.
_MOODLE_TEACHES, _MOODLE_LEARNS = (f"{CONTEXT_ROLE}Instructor",), (f"{CONTEXT_ROLE}Learner",)
_MOODLE_ROLES: dict[str, tuple[str, ...]] = {
    Role.INSTRUCTOR: _MOODLE_TEACHES,
    Role.DESIGNER: _MOODLE_TEACHES,
    Role.LEARNER: _MOODLE_LEARNS,
    Role.ASSISTANT: _MOODLE_LEARNS,
    Role.OBSERVER: _MOODLE_LEARNS,
    Role.TEST_STUDENT: _MOODLE_LEARNS,
    Role.ADMINISTRATOR: (
        *_MOODLE_TEACHES,
        f"{INSTITUTION_ROLE}Administrator",
        f"{SYSTEM_ROLE}Administrator",
    ),
    Role.GUEST: (f"{SYSTEM_ROLE}None",),
}
_USER = f"{SYSTEM_ROLE}User"
_CANVAS_ROLES: dict[str, tuple[str, ...]] = {
    Role.INSTRUCTOR: (f"{INSTITUTION_ROLE}Instructor", f"{CONTEXT_ROLE}Instructor", _USER),
    Role.LEARNER: (f"{INSTITUTION_ROLE}Student", f"{CONTEXT_ROLE}Learner", _USER),
    Role.ASSISTANT: (
        f"{INSTITUTION_ROLE}Instructor",
        f"{CONTEXT_ROLE}Instructor",
        f"{CONTEXT_ROLE.removesuffix('#')}/Instructor#TeachingAssistant",
        _USER,
    ),
    Role.DESIGNER: (f"{INSTITUTION_ROLE}Instructor", f"{CONTEXT_ROLE}ContentDeveloper", _USER),
    Role.OBSERVER: (f"{INSTITUTION_ROLE}Observer", f"{CONTEXT_ROLE}Mentor", _USER),
    # Nothing of this course at all.
    Role.ADMINISTRATOR: (f"{INSTITUTION_ROLE}Administrator", _USER),
    Role.TEST_STUDENT: (f"{INSTITUTION_ROLE}Student", f"{CONTEXT_ROLE}Learner", _USER, TEST_USER),
    Role.GUEST: (f"{SYSTEM_ROLE}None",),
}
_TEACHES, _LEARNS = ("Instructor",), ("Learner",)

MOODLE = Manner(
    key="moodle",
    name="Moodle",
    summary=(
        "Line item URLs carry a query string; content types must match to the letter.",
        "Messages live for 60 seconds; roles and course types are short.",
        "A score with the same second as the last one is refused (409).",
        "Anything but a final score clears the grade; a score without a comment clears the feedback.",
    ),
    product_family_code="moodle",
    version="2025041406",
    id_token_seconds=60,
    ticket_seconds=7200,
    sends_azp=False,
    context_types=("CourseSection",),
    roles=_MOODLE_ROLES,
    document_targets_window=True,
    editors=frozenset({Role.INSTRUCTOR, Role.DESIGNER, Role.ADMINISTRATOR}),
    graders=frozenset({Role.INSTRUCTOR, Role.ASSISTANT, Role.DESIGNER, Role.ADMINISTRATOR}),
    switchers=frozenset({Role.INSTRUCTOR, Role.DESIGNER, Role.ADMINISTRATOR}),
    switch_name="Switch role to Student",
    takes_guests=False,
    publishes=False,
    literal_media_types=True,
    stale_status=409,
    equal_timestamp_is_stale=True,
    all_or_nothing_scopes=False,
    entry_moves_time=True,
    entry_overrides=True,
    gradable=frozenset({Role.LEARNER}),
    member_roles={
        Role.INSTRUCTOR: _TEACHES,
        Role.DESIGNER: _TEACHES,
        Role.LEARNER: _LEARNS,
        Role.ASSISTANT: _LEARNS,
        Role.OBSERVER: _LEARNS,
    },
)

CANVAS = Manner(
    key="canvas",
    name="Canvas",
    summary=(
        "Plain line item URLs, ten to a page; content types are not looked at.",
        "Messages live for an hour; a launch can be used once and within five minutes.",
        "Only an older score is refused (400); an equal time is accepted.",
        "Comments add up, and each new submission counts as an attempt.",
    ),
    product_family_code="canvas",
    version="cloud",
    id_token_seconds=3600,
    ticket_seconds=300,
    sends_azp=True,
    context_types=("http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering",),
    roles=_CANVAS_ROLES,
    document_targets_window=False,
    editors=frozenset({Role.INSTRUCTOR, Role.ASSISTANT, Role.DESIGNER, Role.ADMINISTRATOR}),
    graders=frozenset({Role.INSTRUCTOR, Role.ASSISTANT, Role.ADMINISTRATOR}),
    switchers=frozenset({Role.INSTRUCTOR, Role.ASSISTANT, Role.DESIGNER, Role.ADMINISTRATOR}),
    switch_name="Student View",
    takes_guests=True,
    publishes=True,
    literal_media_types=False,
    stale_status=400,
    equal_timestamp_is_stale=False,
    all_or_nothing_scopes=True,
    entry_moves_time=False,
    entry_overrides=False,
    # Canvas's newer versions let its test student have grades.
    gradable=frozenset({Role.LEARNER, Role.TEST_STUDENT}),
    member_roles={
        role.value: tuple(uri for uri in _CANVAS_ROLES[role] if uri.startswith(CONTEXT_ROLE.removesuffix("#")))
        for role in (Role.INSTRUCTOR, Role.LEARNER, Role.ASSISTANT, Role.DESIGNER, Role.OBSERVER)
    },
)

MANNERS: dict[str, Manner] = {manner.key: manner for manner in (MOODLE, CANVAS)}


def current() -> Manner:
    """The manner of the day; Moodle's until a visitor chooses."""
    school = School.objects.first()
    return MANNERS.get(school.manner, MOODLE) if school is not None else MOODLE
