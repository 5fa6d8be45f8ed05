"""The operator is told of scores that wait for a person: once a day, by reasons, and of nobody in particular."""

import logging
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from coexistence import environment
from lti import attention, tasks
from lti.answers import SENTENCES
from lti.models import Registration, ScoreDelivery
from tests.ports import deaf_port

from .conftest import NOON, School
from .test_claims import in_thread

OPERATORS = ["operator@example.edu", "desk@example.edu"]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
UNPUBLISHED, REJECTED = str(SENTENCES["unpublished"]), str(SENTENCES["rejected"])


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks SMTP, and refuses every sender with a text that nobody should log."""

    daemon_threads = True

    class RequestHandlerClass(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            for line in self.rfile:
                verb = line[:4].upper()
                answer = b"451 secret: try again later" if verb == b"MAIL" else b"250 well"
                self.wfile.write(answer + b"\r\n")
                if verb == b"QUIT":
                    return

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


@pytest.fixture
def mail_port() -> Iterator[Callable[[bool], int]]:
    """A function that gives the port of a mail server that refuses, or one at which nobody listens."""
    server = MailServer()
    with deaf_port() as deaf:
        yield lambda listens: server.server_address[1] if listens else deaf
    server.close()


@pytest.fixture
def stuck(school: School, clock, settings) -> School:
    """Three scores that were held or refused, one that nobody can do anything about, and one on its way."""
    settings.ATTENTION_EMAIL = OPERATORS
    settings.TOOL_URL = "https://tool.example"
    _stick(school)
    return school


def _stick(school: School) -> None:
    assignment = school.assignment(points=9)
    rows = (
        ("held", "unpublished", 2),
        ("held", "unpublished", 5),
        ("refused", "rejected", 1),
        ("held", "replaced", 9),
        ("waiting", "withheld", 9),
    )
    for number, (state, code, days) in enumerate(rows):
        row = school.owe(assignment, f"subject-{number}", "7.77")
        ScoreDelivery.objects.filter(pk=row.pk).update(
            state=state, code=code, wanted_at=NOON - timedelta(days=days), answer="Anna is not here"
        )


def _told() -> list[object]:
    return list(Registration.objects.order_by("pk").values_list("attention_at", flat=True))


def test_nobody_is_told_where_no_address_is_set(stuck: School, settings, django_assert_num_queries) -> None:
    settings.ATTENTION_EMAIL = []
    with django_assert_num_queries(0):
        tasks.attention()
    assert mail.outbox == []


def test_each_reason_is_told_with_its_number_and_oldest_date(stuck: School) -> None:
    tasks.attention()
    (sent,) = mail.outbox
    assert sent.to == OPERATORS
    assert sent.subject == "Platform 1: 3 grades need attention"
    lines = [line for line in sent.body.splitlines() if line.startswith("- ")]
    assert lines == [
        f"- 1, the oldest since {date_format(NOON - timedelta(days=1))}: {REJECTED}",
        f"- 2, the oldest since {date_format(NOON - timedelta(days=5))}: {UNPUBLISHED}",
    ]


def test_its_address_leads_to_these_scores_and_no_others(stuck: School) -> None:
    tasks.attention()
    (address,) = [line for line in mail.outbox[0].body.splitlines() if line.startswith("https://tool.example/")]
    operator = Client()
    operator.force_login(get_user_model().objects.create_superuser("operator"))
    page = operator.get(address.removeprefix("https://tool.example")).content
    assert page.count(b'class="field-who"') == 3


def test_nothing_personal_is_told(stuck: School) -> None:
    tasks.attention()
    text = str(mail.outbox[0].message())
    course = stuck.course
    assignments = {row.line_item.resource_link.assignment.title for row in ScoreDelivery.objects.all()}
    people = {enrollment.participant.name for enrollment in stuck.learners.values()}
    for word in (*people, *stuck.learners, *assignments, course.title, course.label, "7.77", "Anna"):
        assert word
        assert word not in text


def test_a_platform_is_told_of_once_a_day(stuck: School, clock) -> None:
    for hours, mails in ((0, 1), (1, 1), (22, 1), (1, 2), (1, 2)):
        clock.shift(timedelta(hours=hours))
        tasks.attention()
        assert len(mail.outbox) == mails


@pytest.mark.parametrize("change", [{"state": "delivered"}, {"state": "superseded"}, {"code": "replaced"}])
def test_what_needs_nobody_is_not_told(stuck: School, change: dict[str, str]) -> None:
    ScoreDelivery.objects.filter(state__in=("held", "refused")).update(**change)
    tasks.attention()
    assert mail.outbox == []
    assert _told() == [None]


def test_a_platform_that_is_switched_off_is_not_told_of(stuck: School) -> None:
    Registration.objects.update(active=False)
    tasks.attention()
    assert mail.outbox == []


def test_one_query_finds_the_digests_of_all(
    stuck: School, make_school: Callable[..., School], django_assert_num_queries
) -> None:
    for _ in range(2):
        _stick(make_school())
    with django_assert_num_queries(1):
        assert [digest.number for digest in attention.due(now=NOON)] == [3, 3, 3]
    with django_assert_num_queries(1 + 3):
        tasks.attention()
    assert [sent.subject.partition(":")[0] for sent in mail.outbox] == ["Platform 1", "Platform 2", "Platform 3"]


def test_two_workers_send_one_message(stuck: School, monkeypatch: pytest.MonkeyPatch) -> None:
    both, found = threading.Barrier(2), attention.due

    def due(**fields: object) -> object:
        digests = found(**fields)
        both.wait(30)
        assert len(digests) == 1
        return digests

    monkeypatch.setattr(attention, "due", due)
    workers = [in_thread(tasks.attention) for _ in range(2)]
    for worker in workers:
        worker.join()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("listens", [True, False])
def test_a_mail_server_that_fails_is_tried_again_at_the_next_round(
    stuck: School, clock, settings, caplog, mail_port: Callable[[bool], int], listens: bool
) -> None:
    locmem, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_port(listens)
    told = NOON - timedelta(days=3)
    Registration.objects.update(attention_at=told)
    with caplog.at_level(logging.WARNING):
        tasks.attention()
    assert _told() == [told]
    assert ("SMTPSenderRefused" if listens else "ConnectionRefusedError") in caplog.text
    assert "secret" not in caplog.text

    settings.EMAIL_BACKEND = locmem
    clock.shift(timedelta(hours=1))
    tasks.attention()
    assert len(mail.outbox) == 1
    assert _told() == [timezone.now()]


def test_a_name_of_two_lines_stays_in_the_subject(stuck: School) -> None:
    Registration.objects.update(name="Platform\r\nBcc: others@example.org")
    tasks.attention()
    assert mail.outbox[0].subject == "Platform Bcc: others@example.org: 3 grades need attention"


def test_addresses_are_checked_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTENTION_EMAIL", "operator@example.edu, desk@example.edu")
    assert environment.addresses("ATTENTION_EMAIL") == OPERATORS
    monkeypatch.setenv("ATTENTION_EMAIL", "operator@example.edu desk")
    with pytest.raises(ImproperlyConfigured, match="ATTENTION_EMAIL names 'desk'"):
        environment.addresses("ATTENTION_EMAIL")
