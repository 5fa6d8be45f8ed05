"""Telling the operator by e-mail of scores that stay out of a gradebook until somebody acts.

One digest for each platform and day, to the addresses in ``ATTENTION_EMAIL``. It names reasons and how many scores each
keeps back, and never a person, a score or a course: mail lies on servers that are not the institution's.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from .addresses import own_origin
from .answers import SENTENCES
from .models import Registration, ScoreDelivery

log = logging.getLogger(__name__)
#: How long a platform's digest stands for whatever gets stuck after it.
EVERY = timedelta(days=1)
_STUCK = (ScoreDelivery.State.HELD, ScoreDelivery.State.REFUSED)
#: Held for good: another activity has the column now, and there is nothing that anybody should do.
_SETTLED = ("replaced",)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why scores are stuck (a code of ``answers.SENTENCES``), how many, and when the oldest of them was owed."""

    code: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """What one platform's operator is to be told; ``told_at`` is when they were told last."""

    registration_id: int
    name: str
    told_at: datetime | None
    reasons: list[Reason] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many scores it is about."""
        return sum(reason.number for reason in self.reasons)


def tell(*, now: datetime) -> None:
    """Send the digests that are due; without ``ATTENTION_EMAIL`` do nothing at all.

    One query finds them, and one statement claims each. What could not be sent stays due, and the error is logged by
    its type: a mail server's own words may repeat the password or the receivers. The digest that a killed worker had in
    hand is lost; the next one, a day later, tells the same.
    """
    if not settings.ATTENTION_EMAIL:
        return
    digests = due(now=now)
    if not digests:
        return
    try:
        with get_connection() as connection:
            for digest in digests:
                _tell(digest, connection, now=now)
    except Exception as error:
        # Before any was claimed, or after all were sent: whatever the backend raises at connecting or hanging up.
        log.warning("The mail server could not be used: %s", type(error).__name__)


def due(*, now: datetime) -> Sequence[Digest]:
    """A digest of each active registration with stuck scores that was not told within a day. One query."""
    told = Q(registration__attention_at=None) | Q(registration__attention_at__lte=now - EVERY)
    groups = (
        ScoreDelivery.objects.filter(told, state__in=_STUCK, registration__active=True)
        .exclude(code__in=_SETTLED)
        .order_by("registration", "code")
        .values_list("registration", "registration__name", "registration__attention_at", "code")
        .annotate(number=Count("pk"), since=Min("wanted_at"))
    )
    found: dict[int, Digest] = {}
    for pk, name, told_at, code, number, since in groups:
        found.setdefault(pk, Digest(pk, name, told_at)).reasons.append(Reason(code, number, since))
    return list(found.values())


def message(digest: Digest) -> EmailMessage:
    """The digest as a message of plain text."""
    # A platform chooses its name at Dynamic Registration, and a line break would end the header.
    name = " ".join(digest.name.split())
    subject = ngettext(
        "%(name)s: %(number)d grade needs attention", "%(name)s: %(number)d grades need attention", digest.number
    )
    page = reverse("admin:lti_scoredelivery_changelist")
    codes = ",".join(reason.code for reason in digest.reasons)
    query = f"registration__id__exact={digest.registration_id}&state__in={','.join(_STUCK)}&code__in={codes}"
    lines = [
        gettext("These grades are not in the gradebook of %(name)s, until somebody acts:") % {"name": name},
        "",
        *map(_line, digest.reasons),
        "",
        gettext("Each of them, for the operator of this tool:"),
        f"{own_origin()}{page}?{query}",
        "",
        gettext("You are told at most once a day for each platform."),
    ]
    return EmailMessage(
        subject % {"name": name, "number": digest.number},
        "\n".join(lines),
        to=settings.ATTENTION_EMAIL,
        # So that nobody's notice of absence answers it (RFC 3834, section 5).
        headers={"Auto-Submitted": "auto-generated"},
    )


def _line(reason: Reason) -> str:
    return gettext("- %(number)d, the oldest since %(date)s: %(sentence)s") % {
        "number": reason.number,
        "date": formats.date_format(timezone.localtime(reason.since), "DATE_FORMAT"),
        "sentence": SENTENCES.get(reason.code, SENTENCES["rejected"]),
    }


def _tell(digest: Digest, connection: BaseEmailBackend, *, now: datetime) -> None:
    """Send it, unless another worker has; where that fails, it is due as before."""
    registration = Registration.objects.filter(pk=digest.registration_id)
    if not registration.filter(attention_at=digest.told_at).update(attention_at=now):
        return
    try:
        connection.send_messages([message(digest)])
    except Exception as error:
        registration.filter(attention_at=now).update(attention_at=digest.told_at)
        log.warning("The digest of registration %s was not sent: %s", digest.registration_id, type(error).__name__)
