"""What all tests share: a database as in life, an empty cache, and a browser inside a visit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from coexistence.courses import visits
from coexistence.courses.models import Assignment, Enrollment, Role, Visit

from .factories import AssignmentFactory, EnrollmentFactory

# A slow machine is no failure, and what was found belongs into an example of the test, not into a folder. The cases are
# the same each time, so that a change is judged by what it changed; `make soak` looks for others.
hypothesis_settings.register_profile("coexistence", max_examples=40, deadline=None, database=None, derandomize=True)
hypothesis_settings.load_profile("coexistence")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite in a file, as in life: one in memory is locked table by table and heeds no time-out."""
    default = connections["default"]
    if default.vendor == "sqlite":
        default.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """No test finds what another one cached, also where they share a Redis."""
    yield
    cache.clear()


class VisitClient(Client):
    """A browser that holds one visit's cookie; ``page`` and ``send`` take addresses relative to ``/l/<launch>/``."""

    visit: Visit

    def path(self, rest: str = "") -> str:
        return f"/l/{self.visit.pk}/{rest}"

    def page(self, rest: str = "", **extra: Any) -> HttpResponse:
        return self.get(self.path(rest), **extra)

    def send(self, rest: str, data: Mapping[str, Any] | None = None, **extra: Any) -> HttpResponse:
        """Post a form as one of our own pages would, with the visit's token in it."""
        fields = {visits.FORM_FIELD: visits.form_token(self.visit), **(data or {})}
        return self.post(self.path(rest), fields, **extra)


@pytest.fixture
def open_visit(db: None) -> Callable[..., VisitClient]:
    """A function that opens a visit and returns the browser in it; a learner at a quiz, unless told otherwise."""

    def open_(
        *,
        enrollment: Enrollment | None = None,
        assignment: Assignment | None = None,
        roles: Sequence[Role] | None = None,
        purpose: Visit.Purpose = Visit.Purpose.LEARN,
        frame_ancestors: Sequence[str] = ("https://platform.example",),
        return_url: str = "",
        locale: str = "",
        enforce_csrf_checks: bool = True,
    ) -> VisitClient:
        if enrollment is None:
            enrollment = EnrollmentFactory(**({"course": assignment.course} if assignment else {}))
        if assignment is None and purpose == Visit.Purpose.LEARN:
            assignment = AssignmentFactory(course=enrollment.course)
        visit, secret = visits.open_visit(
            enrollment=enrollment,
            assignment=assignment,
            roles=enrollment.roles if roles is None else roles,
            purpose=purpose,
            frame_ancestors=frame_ancestors,
            return_url=return_url,
            locale=locale,
            now=timezone.now(),
        )
        client = VisitClient(enforce_csrf_checks=enforce_csrf_checks)
        client.visit = visit
        client.cookies[visits.COOKIE] = secret
        return client

    return open_
