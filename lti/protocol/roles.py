"""What the roles of a message mean here (LTI 1.3 Core, appendix A.2).

Roles are matched as whole URIs. What is said of the person anywhere but in this course (institution and system roles)
gives no rights in it: a student who teaches elsewhere is still a student here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from coexistence.courses.models import Role

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

_PRINCIPAL = {
    "Learner": Role.LEARNER,
    "Instructor": Role.INSTRUCTOR,
    "ContentDeveloper": Role.DESIGNER,
    "Administrator": Role.INSTRUCTOR,
    "Mentor": Role.OBSERVER,
    # Groups (Canvas): members, those with an office in them, and the student who leads them. None of them teaches.
    "Member": Role.LEARNER,
    "Manager": Role.LEARNER,
    "Officer": Role.LEARNER,
}
_SUB_ROLES = {
    "Learner": (Role.LEARNER, "ExternalLearner GuestLearner Instructor Learner NonCreditLearner"),
    "Instructor": (
        Role.INSTRUCTOR,
        "ExternalInstructor GuestInstructor Instructor Lecturer PrimaryInstructor SecondaryInstructor",
    ),
    "Administrator": (
        Role.INSTRUCTOR,
        "Administrator Developer ExternalDeveloper ExternalSupport ExternalSystemAdministrator Support "
        "SystemAdministrator",
    ),
    "ContentDeveloper": (Role.DESIGNER, "ContentDeveloper ContentExpert ExternalContentExpert Librarian"),
    "Mentor": (
        Role.OBSERVER,
        "Advisor Auditor ExternalAdvisor ExternalAuditor ExternalLearningFacilitator ExternalMentor ExternalReviewer "
        "ExternalTutor LearningFacilitator Mentor Reviewer Tutor",
    ),
    "Member": (Role.LEARNER, "Member"),
    "Manager": (Role.LEARNER, "AreaManager CourseCoordinator Manager"),
    "Officer": (Role.LEARNER, "Chair Communications Secretary Treasurer Vice-Chair"),
}
#: Managers by the vocabulary's order, who only look on.
_ONLOOKERS = ("ExternalObserver", "Observer")
_ASSISTANTS = (
    "Grader TeachingAssistant TeachingAssistantGroup TeachingAssistantOffering TeachingAssistantSection "
    "TeachingAssistantSectionAssociation TeachingAssistantTemplate"
)

#: Every context role known here. The bare names are those of rosters (Moodle) and of the specification's appendix.
ROLES: dict[str, Role] = {
    **_PRINCIPAL,
    **{f"{MEMBERSHIP}#{name}": role for name, role in _PRINCIPAL.items()},
    **{
        f"{MEMBERSHIP}/{principal}#{name}": role
        for principal, (role, names) in _SUB_ROLES.items()
        for name in names.split()
    },
    **{f"{MEMBERSHIP}/Instructor#{name}": Role.ASSISTANT for name in _ASSISTANTS.split()},
    **{f"{MEMBERSHIP}/Manager#{name}": Role.OBSERVER for name in _ONLOOKERS},
}
#: Administrators of the platform or its institution. They are nobody in a course that they are not a member of, and
#: Canvas lets them open it all the same.
_ADMINISTRATORS = frozenset(
    f"http://purl.imsglobal.org/vocab/lis/v2/{where}#{name}"
    for where, names in {
        "institution/person": "Administrator",
        "system/person": "AccountAdmin Administrator Creator SysAdmin SysSupport",
    }.items()
    for name in names.split()
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who someone is in a course: known context roles, and whether the platform says it is its test student."""

    roles: frozenset[Role]
    is_test: bool
    is_administrator: bool

    @property
    def has_access(self) -> bool:
        """Whether there is anything here for these roles. Observers have nothing of their own to see."""
        return bool(self.roles - {Role.OBSERVER})


def standing(uris: Iterable[str]) -> Standing:
    """What the roles claim of a launch, or the roles of one member of a roster, amount to."""
    given = frozenset(uris)
    return Standing(
        roles=frozenset(ROLES[uri] for uri in given if uri in ROLES),
        is_test=TEST_USER in given,
        is_administrator=not _ADMINISTRATORS.isdisjoint(given),
    )
