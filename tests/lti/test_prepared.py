"""Prepared queries find what Django's own would, each time with other values."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coexistence.courses.models import Visit
from coexistence.prepared import Prepared, PreparedInsert
from lti.models import PlatformKeySet, Registration, ResourceLink
from tests.factories import QuizFactory, UnitFactory

from .platform import Platform

pytestmark = pytest.mark.django_db


def test_rows_come_with_what_is_selected_along(platform: Platform, browser: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    for number in (1, 2):
        platform.launch(browser, resource_link={"id": f"link-{number}", "title": "Our quiz"})
    prepared = Prepared(
        lambda link, registration: ResourceLink.objects.select_related("context__course", "assignment").filter(
            resource_link_id=link, context__deployment__registration=registration
        ),
        texts=("link",),
        numbers=("registration",),
    )
    for name in ("link-1", "link-2"):
        expected = ResourceLink.objects.get(resource_link_id=name)
        with CaptureQueriesContext(connection) as queries:
            found = prepared.first(link=name, registration=platform.registration.pk)
            assert found == expected
            assert found is not None
            assert (found.assignment.title, found.context.course.title) == ("Our quiz", "History")
        assert len(queries) == 1
        assert found.assignment == expected.assignment
    assert prepared.first(link="link-3", registration=platform.registration.pk) is None
    assert prepared.first(link="link-1", registration=platform.registration.pk + 1) is None


def test_a_row_that_may_be_missing_is_missing(platform: Platform) -> None:
    prepared = Prepared(
        lambda issuer: Registration.objects.select_related("key_set").filter(issuer=issuer), texts=("issuer",)
    )
    found = prepared.first(issuer=platform.registration.issuer)
    assert found is not None
    with pytest.raises(PlatformKeySet.DoesNotExist):
        _ = found.key_set
    PlatformKeySet.objects.create(registration=platform.registration, keys=[{"kid": "a"}])
    (found,) = prepared.all(issuer=platform.registration.issuer)
    assert found.key_set.keys == [{"kid": "a"}]


def test_a_row_is_inserted_as_django_would(platform: Platform, browser: Client) -> None:
    QuizFactory(unit=UnitFactory(), types=("true_false",))
    platform.launch(browser)
    given = Visit.objects.get()
    columns = {field.attname: getattr(given, field.attname) for field in Visit._meta.concrete_fields}
    row = Visit(**{**columns, "id": "another", "roles": ["a", "b"], "seen_at": timezone.now(), "enrollment_id": None})
    insert = PreparedInsert(Visit, once="login")
    assert not insert.execute(row)
    assert Visit.objects.count() == 1
    row.login = "another"
    assert insert.execute(row)
    found = Visit.objects.get(pk="another")
    for name in columns:
        assert getattr(found, name) == getattr(row, name), name
    # A row of the database now, as after ``save``.
    row.locale = "fr"
    row.save()
    assert Visit.objects.get(pk="another").locale == "fr"


def kept_planned() -> int:
    """How many statements the server keeps planned for this connection."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_postgresql_plans_a_prepared_statement_once(platform: Platform) -> None:
    prepared = Prepared(lambda issuer: Registration.objects.filter(issuer=issuer, name="planned"), texts=("issuer",))
    before = kept_planned()
    for issuer in ("a", "b", "a"):
        assert prepared.all(issuer=issuer) == []
    assert kept_planned() - before == (1 if connection.vendor == "postgresql" else 0)
