"""The tool's side: ``… school prepare PORT LEARNERS MANNER …`` makes courses, ``… school owed FILE`` tells scores.

What is owed is counted anew from the attempts, not read from the outbox.
"""

import json
import sys
from pathlib import Path
from typing import Any

import django


def prepare(port: int, learners: int, manners: list[str]) -> None:
    """A platform, a course, a quiz and learners for each manner."""
    from django.core.management import call_command

    from lti.models import Context, Deployment, LineItem, LtiUser, Registration, ResourceLink
    from lti.protocol import keys
    from tests.factories import AssignmentFactory, CourseFactory, EnrollmentFactory
    from tests.lti.grades.platform import line_item

    call_command("migrate", verbosity=0)
    keys.ensure_tool_key()
    for number, manner in enumerate(manners):
        url = f"http://127.0.0.1:{port + number}"
        registration = Registration.objects.create(
            name=f"Platform {number}",
            issuer=url,
            client_id=f"client-{number}",
            auth_url=f"{url}/auth",
            token_url=f"{url}/token",
            jwks_url=f"{url}/jwks",
            platform=manner,
        )
        deployment = Deployment.objects.create(registration=registration, deployment_id="1", state="active")
        course = CourseFactory()
        context = Context.objects.create(deployment=deployment, context_id="c", course=course)
        assignment = AssignmentFactory(course=course, attempts_allowed=None)
        link = ResourceLink.objects.create(context=context, resource_link_id="l", assignment=assignment)
        LineItem.objects.create(resource_link=link, url=line_item(url, manner, 1))
        for learner in range(number, learners, len(manners)):
            enrollment = EnrollmentFactory(course=course)
            LtiUser.objects.create(
                registration=registration, sub=f"learner-{learner}", participant=enrollment.participant
            )


def owed() -> dict[str, Any]:
    """For each learner with a submission: the score that counts, all submission times, and what the outbox says."""
    from coexistence.courses.models import Assignment
    from coexistence.quiz.models import Attempt
    from coexistence.quiz.selectors import counted_scores
    from lti.models import LtiUser, ScoreDelivery

    subs = dict(LtiUser.objects.values_list("participant__enrollments", "sub"))
    learners: dict[str, Any] = {}
    for assignment in Assignment.objects.all():
        for change in counted_scores(assignment=assignment, reason="chaos"):
            learners[subs[change.enrollment_id]] = {"score": float(change.score / change.maximum), "submitted": []}
    for enrollment_id, submitted_at in Attempt.objects.filter(state="submitted").values_list(
        "enrollment", "submitted_at"
    ):
        learners[subs[enrollment_id]]["submitted"].append(submitted_at.isoformat(timespec="milliseconds"))
    states: dict[str, int] = {}
    for state, code in ScoreDelivery.objects.values_list("state", "code"):
        name = f"{state} {code}".strip()
        states[name] = states.get(name, 0) + 1
    return {"learners": learners, "states": states}


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    else:
        Path(sys.argv[2]).write_text(json.dumps(owed()))
