"""What roles mean: whole URIs, of this course only."""

import pytest

from coexistence.courses.models import Role
from lti.protocol.roles import TEST_USER, standing

M = "http://purl.imsglobal.org/vocab/lis/v2/membership"

TABLE = [
    ("Learner", {Role.LEARNER}),
    ("Instructor", {Role.INSTRUCTOR}),
    (f"{M}#Learner", {Role.LEARNER}),
    (f"{M}#Instructor", {Role.INSTRUCTOR}),
    (f"{M}#Administrator", {Role.INSTRUCTOR}),
    (f"{M}#ContentDeveloper", {Role.DESIGNER}),
    (f"{M}#Mentor", {Role.OBSERVER}),
    (f"{M}#Member", {Role.LEARNER}),
    # The student who leads a group in Canvas.
    (f"{M}#Manager", {Role.LEARNER}),
    (f"{M}/Instructor#TeachingAssistant", {Role.ASSISTANT}),
    (f"{M}/Instructor#Grader", {Role.ASSISTANT}),
    (f"{M}/Instructor#Lecturer", {Role.INSTRUCTOR}),
    (f"{M}/Learner#GuestLearner", {Role.LEARNER}),
    (f"{M}/Mentor#Tutor", {Role.OBSERVER}),
    (f"{M}#Officer", {Role.LEARNER}),
    (f"{M}/Officer#Vice-Chair", {Role.LEARNER}),
    (f"{M}/Manager#CourseCoordinator", {Role.LEARNER}),
    (f"{M}/Manager#Observer", {Role.OBSERVER}),
    # Learners whose role is called after teachers.
    (f"{M}/Learner#Instructor", {Role.LEARNER}),
    # Not in this course, or not in this vocabulary.
    ("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor", set()),
    ("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator", set()),
    ("http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin", set()),
    ("http://purl.imsglobal.org/vocab/lis/v2/system/person#None", set()),
    (f"{M}#instructor", set()),
    (f"{M}#Instructor ", set()),
    (f"{M}/Manager#Instructor", set()),
    (f"{M}/Officer#Officer", set()),
    (f"{M}/Instructor#Learner", set()),
    ("https://evil.example/membership#Instructor", set()),
    (f"https://evil.example/{M}#Instructor", set()),
    ("urn:lti:role:ims/lis/Instructor", set()),
    ("#Instructor", set()),
    ("instructor", set()),
    ("", set()),
]


@pytest.mark.parametrize(("uri", "expected"), TABLE)
def test_role(uri: str, expected: set[Role]) -> None:
    assert standing([uri]).roles == expected


def test_the_test_student_is_a_learner_with_a_mark() -> None:
    found = standing([f"{M}#Learner", TEST_USER])
    assert (found.roles, found.is_test) == ({Role.LEARNER}, True)
    assert not standing([f"{M}#Learner", "TestUser"]).is_test


def test_canvas_assistants_carry_both_roles() -> None:
    assert standing([f"{M}/Instructor#TeachingAssistant", f"{M}#Instructor"]).roles == {
        Role.ASSISTANT,
        Role.INSTRUCTOR,
    }


def test_observers_have_nothing_to_see_unless_they_learn_too() -> None:
    assert not standing([f"{M}#Mentor"]).has_access
    assert standing([f"{M}#Mentor", f"{M}#Learner"]).has_access
    assert not standing([]).has_access
