"""What is wrong with a registration, or about to be, in words, and whose setting it is: read from rows, without I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import platforms
from .answers import SENTENCES
from .doctor import Whose
from .models import Context, Deployment, LineItem, LtiUser, PlatformKeySet, Registration, ScoreDelivery

#: So many people without a name are no coincidence.
NAMELESS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should look at. ``code`` is stable; ``count`` is of rows, 0 where that means nothing."""

    code: str
    text: Promise | str
    whose: Whose
    count: int = 0


def examine(registration: Registration, *, now: datetime) -> list[Finding]:
    """Everything that can be seen to be amiss, what stops people first."""
    return [
        *_settings(registration),
        *_keys(registration, now),
        *_deployments(registration),
        *_services(registration),
        *_scores(registration),
    ]


def _settings(registration: Registration) -> Iterator[Finding]:
    if not registration.active:
        yield Finding("inactive", _("It is switched off: nobody can launch, and no grade is sent."), Whose.OPERATOR)
    addresses = (registration.auth_url, registration.token_url, registration.jwks_url)
    if not settings.LTI_ALLOW_HTTP and any(urlsplit(url).scheme != "https" for url in addresses):
        yield Finding("plain_http", _("An address of the platform is not https, and is not opened."), Whose.OPERATOR)
    wanted = platforms.of(registration.platform).endpoints("", registration.client_id).audience
    if wanted and not registration.audience:
        text = _("This platform wants %(audience)s as audience; without it no grade can be sent.")
        yield Finding("audience", text % {"audience": wanted}, Whose.OPERATOR)


def _keys(registration: Registration, now: datetime) -> Iterator[Finding]:
    keys = PlatformKeySet.objects.filter(registration=registration).first()
    if keys is None or keys.tried_at is None:
        return
    if keys.fetched_at is None:
        yield Finding(
            "keys_never", _("Its public keys could not be fetched: check the key set URL."), Whose.PLATFORM_ADMIN
        )
    elif keys.tried_at > keys.fetched_at and keys.fresh_until and keys.fresh_until < now:
        text = _("Its public keys could not be fetched lately; the former ones are used.")
        yield Finding("keys_stale", text, Whose.PLATFORM_ADMIN)


def _deployments(registration: Registration) -> Iterator[Finding]:
    pending = registration.deployments.filter(state=Deployment.State.PENDING).count()
    if pending:
        yield Finding("pending", _("Deployments wait for approval; see below."), Whose.OPERATOR, pending)
    if not Context.objects.filter(deployment__registration=registration).exists():
        text = _("Nobody has opened the tool from there yet. Is it switched on, on the platform?")
        yield Finding("no_launch", text, Whose.PLATFORM_ADMIN)


def _services(registration: Registration) -> Iterator[Finding]:
    contexts = Context.objects.filter(deployment__registration=registration)
    found = contexts.aggregate(all=Count("pk"), with_roster=Count("pk", filter=~Q(memberships_url="")))
    if found["all"] and not found["with_roster"]:
        text = _("No course has given access to its roster: allow names and roles in the tool's settings there.")
        yield Finding("no_roster", text, Whose.PLATFORM_ADMIN)
    columns = LineItem.objects.filter(resource_link__context__deployment__registration=registration)
    if columns.exists() and not columns.exclude(container_url="", url="").exists():
        text = _("No launch has brought the gradebook: allow grade services in the tool's settings there.")
        yield Finding("no_grades", text, Whose.PLATFORM_ADMIN)
    people = LtiUser.objects.filter(registration=registration)
    found = people.aggregate(all=Count("pk"), named=Count("pk", filter=~Q(participant__name="")))
    if found["all"] >= NAMELESS and not found["named"]:
        text = _("It tells nobody's name, so teachers see numbers. Fine, if that is meant.")
        yield Finding("no_names", text, Whose.PLATFORM_ADMIN)


def _scores(registration: Registration) -> Iterator[Finding]:
    troubled = (
        ScoreDelivery.objects.filter(
            registration=registration, state__in=(ScoreDelivery.State.HELD, ScoreDelivery.State.REFUSED)
        )
        .values("code")
        .annotate(rows=Count("pk"))
        .order_by("-rows")
    )
    for row in troubled[:10]:
        text = SENTENCES.get(row["code"], _("Scores have not arrived."))
        yield Finding(f"scores_{row['code']}", text, Whose.PLATFORM_ADMIN, row["rows"])
