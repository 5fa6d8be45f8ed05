"""``manage.py demo_class``: a class that has worked for a week, launched for real and graded for real."""

import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from coexistence.content.models import Unit
from coexistence.courses.models import Assignment, Visit
from lti.demo.classwork import work
from lti.demo.school import School
from lti.demo.visitor import Page, VisitorError

#: What a course gets that has no graded activity yet.
OFFERS = (Assignment.Kind.LESSON, Assignment.Kind.TIMELINE, Assignment.Kind.QUIZ)


class Command(BaseCommand):
    help = "Give the class in the running sandbox's course a week of work. Who has worked already is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sandbox-url", default=os.environ.get("SANDBOX_URL", "http://127.0.0.1:8001"))

    def handle(self, *args: Any, sandbox_url: str, **options: Any) -> None:
        school = School(sandbox_url.rstrip("/"))
        try:
            activity = self.graded_activity(school)
            self.let_work(school, activity)
        except (VisitorError, OSError) as error:
            raise CommandError(f"The class could not be made: {error}") from None

    def graded_activity(self, school: School) -> str:
        """The address of the course's first graded activity; the unit's parts are placed where there is none."""
        for _ in range(2):
            for activity in school.activities():
                visit = _visit(school.open(activity))
                if visit.assignment is not None and visit.assignment.is_graded:
                    return activity
            unit = Unit.objects.order_by("pk").first()
            if unit is None:
                raise CommandError("There is no unit: run load_content first.")
            for kind in OFFERS:
                school.place(f"{unit.slug}.{kind.value}")
        raise CommandError("The course has no graded activity, and none could be placed.")

    def let_work(self, school: School, activity: str) -> None:
        """Launch each student and let them do their work."""
        students = school.classmates()
        begun = 0
        for number, person in enumerate(students):
            visit = _visit(school.open(activity, person=person))
            if visit.assignment is None or visit.enrollment is None:
                raise CommandError(f"{activity} has no assignment, or its visitor no name.")
            begun += work(assignment=visit.assignment, enrollment=visit.enrollment, number=number, now=timezone.now())
        self.stdout.write(f"{len(students)} students, {begun} new attempts.")


def _visit(page: Page) -> Visit:
    """The visit that a page belongs to: its address names it."""
    return Visit.objects.select_related("assignment", "enrollment").get(pk=urlsplit(page.url).path.split("/")[2])
