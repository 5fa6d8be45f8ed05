"""Opening a visit, and finding it again from a request: the session of everything under ``/l/<launch>/``.

Django's own session and CSRF cookie play no part. A visit's credential is a cookie of its own, for its own path, or
where a browser in a frame brings no cookie back, a secret in that path: ``/l/<launch>~<secret>/``. Its forms carry a
token derived from the credential, so that pages and forms work without a cookie and without script.

A secret in an address can be seen by whoever sees the address. Therefore it is good for one visit, comes to an end
when it lies idle, leaves our site in no ``Referer`` (``SECURE_REFERRER_POLICY``), and is masked in our logs
(``coexistence.security.MaskedAddresses``); the pages are kept in no cache and load nothing from elsewhere.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from coexistence.prepared import PreparedInsert

from .models import Assignment, Enrollment, Role, Visit

COOKIE = "visit"
FORM_FIELD = "visit_token"
#: How long a visit lasts: long enough for an evening's work in one sitting, short enough for a shared computer.
LIFETIME = timedelta(hours=12)
#: How long a secret in the path may lie unused: longer than a lesson with a break in it.
IDLE = timedelta(hours=2)
#: How exactly its use is noted. A page writes nothing where less than this has passed.
NOTED_EVERY = timedelta(minutes=5)
#: Stands between a visit and its secret in a credential; neither has it in it.
SEPARATOR = "~"
_INSERT = PreparedInsert(Visit, once="login")
_VISIT_ID = re.compile(r"[A-Za-z0-9_-]{16}")


class OpenedAlreadyError(Exception):
    """A login opens one visit."""


class VisitRequest(HttpRequest):
    """A request inside a launch; ``visit`` brings its enrollment, participant, course and assignment along.

    ``launch`` is the part of the address that leads into the visit, with the secret where it came that way: links to
    the visit's pages are built with it, and never with the visit's own id.
    """

    visit: Visit
    launch: str


def open_visit(
    *,
    enrollment: Enrollment | None,
    assignment: Assignment | None,
    roles: Sequence[Role],
    purpose: Visit.Purpose,
    frame_ancestors: Sequence[str],
    return_url: str,
    locale: str,
    now: datetime,
) -> tuple[Visit, str]:
    """A new visit and its secret, which is stored as a hash only and belongs in the visitor's cookie.

    Without an ``enrollment`` it is the visit of somebody unknown, and needs an ``assignment``.
    """
    visit = Visit(
        enrollment=enrollment,
        assignment=assignment,
        roles=sorted(roles),
        purpose=purpose,
        frame_ancestors=list(frame_ancestors),
        return_url=return_url,
        locale=locale,
    )
    return visit, begin(visit, now=now)


def begin(visit: Visit, *, now: datetime) -> str:
    """Write a new visit that lasts from ``now`` on; returns its secret, see ``open_visit``.

    Raises ``OpenedAlreadyError`` where its login has a visit. Of several at once one is written, in whichever process.
    """
    secret = secrets.token_urlsafe(32)
    visit.credential_hash, visit.started_at, visit.expires_at = _digest(secret), now, now + LIFETIME
    if not _INSERT.execute(visit):
        raise OpenedAlreadyError
    return secret


def is_opened(login: str) -> bool:
    """Whether the message of that login has opened its visit; it may open one at any moment."""
    return Visit.objects.filter(login=login).exists()


def carry_in_path(*, visit: Visit, secret: str, now: datetime) -> str:
    """Let the secret of a visit that was just opened come in the path instead of a cookie.

    Returns the visit's ``launch`` segment. From then on a cookie with that secret opens nothing.
    """
    visit.carrier, visit.seen_at = Visit.Carrier.PATH, now
    visit.save(update_fields=["carrier", "seen_at"])
    return credential(visit, secret)


def credential(visit: Visit, secret: str) -> str:
    """The visit and its secret in one word: the segment of a path, or a cookie of another path than the visit's."""
    return f"{visit.pk}{SEPARATOR}{secret}"


def opened_by(given: str, *, now: datetime) -> tuple[Visit, str] | None:
    """The visit and the secret of a ``credential`` that a cookie has brought; None where it opens none any more."""
    visit_id, _, secret = given.partition(SEPARATOR)
    visit = Visit.objects.filter(pk=visit_id, carrier=Visit.Carrier.COOKIE, expires_at__gt=now).first()
    if visit is None or not constant_time_compare(visit.credential_hash, _digest(secret)):
        return None
    return visit, secret


def base_path(launch: str, request: HttpRequest) -> str:
    """The path under which all pages of the visit live, with a slash at its end."""
    return f"{request.META.get('SCRIPT_NAME', '')}/l/{launch}/"


def hand_over(response: HttpResponse, *, visit: Visit, secret: str, request: HttpRequest) -> None:
    """Put the visit's credential into the visitor's browser, for the visit's path only.

    ``Secure`` also on http://localhost, which browsers take for trustworthy; ``SameSite=None`` makes the middleware add
    ``Partitioned``, without which no cookie survives in a frame where third-party cookies are blocked.
    """
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(LIFETIME.total_seconds()),
        path=base_path(visit.pk, request),
        secure=True,
        httponly=True,
        samesite="None",
    )


def form_token(visit: Visit) -> str:
    """What a form of this visit must carry: nobody without the visit's pages can know it."""
    return hmac.new(visit.credential_hash.encode(), b"coexistence.form:" + visit.pk.encode(), "sha256").hexdigest()


def visit_page(
    *, staff: bool = False, purpose: Visit.Purpose | None = Visit.Purpose.LEARN
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Make a view a page of a visit: it gets a ``VisitRequest`` and no ``launch`` argument.

    Answers in the view's place: 403 where the request does not bring the visit's credential, where that has expired,
    where ``staff`` is asked and the visitor is none, where the visit has another purpose, or where a form was not ours.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def page(request: VisitRequest, launch: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            visit = _find(request, launch)
            if visit is None:
                return _framed(_refuse(request, "visits/closed.html"), ["*"])
            request.visit, request.launch = visit, launch
            if (staff and not visit.is_staff) or (purpose and visit.purpose != purpose):
                return _framed(_refuse(request, "visits/forbidden.html"), visit.frame_ancestors)
            if request.method == "POST" and not _form_is_ours(request, visit):
                return _framed(_refuse(request, "visits/stale_form.html"), visit.frame_ancestors)
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                # Answered here, because Django's own 404 could not be framed by the platform.
                response = render(request, "404.html", status=HTTPStatus.NOT_FOUND)
            return _framed(response, visit.frame_ancestors)

        return page

    return decorate


def _find(request: HttpRequest, launch: str) -> Visit | None:
    now = timezone.now()
    visit_id, in_path, secret = launch.partition(SEPARATOR)
    if not _VISIT_ID.fullmatch(visit_id):
        return None
    carrier = Visit.Carrier.PATH if in_path else Visit.Carrier.COOKIE
    visit = (
        Visit.objects.select_related(
            "enrollment__course", "enrollment__participant", "assignment__unit", "assignment__quiz"
        )
        .filter(pk=visit_id, carrier=carrier, expires_at__gt=now)
        .first()
    )
    given = secret if in_path else request.COOKIES.get(COOKIE, "")
    if visit is None or not constant_time_compare(visit.credential_hash, _digest(given)):
        return None
    return visit if visit.seen_at is None or _noted(visit, visit.seen_at, now) else None


def _noted(visit: Visit, seen_at: datetime, now: datetime) -> bool:
    """Whether the visit has not lain idle too long; its use is noted, now and then, in one statement."""
    if seen_at <= now - IDLE:
        return False
    if seen_at <= now - NOTED_EVERY:
        Visit.objects.filter(pk=visit.pk, seen_at__lt=now).update(seen_at=now)
    return True


def comes_from_us(request: HttpRequest) -> bool:
    """Whether the form was sent by a page of our own; a browser that says nothing of it is believed."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def _form_is_ours(request: HttpRequest, visit: Visit) -> bool:
    token = request.POST.get(FORM_FIELD) or request.headers.get("X-Visit-Token", "")
    return comes_from_us(request) and constant_time_compare(token, form_token(visit))


def _refuse(request: HttpRequest, template: str) -> HttpResponse:
    return render(request, template, status=HTTPStatus.FORBIDDEN)


def _framed(response: HttpResponseBase, ancestors: Sequence[str]) -> HttpResponseBase:
    """Let these origins frame the page, and keep it out of every cache.

    A page without a visit says nothing about anyone and may be framed anywhere: a browser would show an empty frame
    in place of the words that help.
    """
    update: dict[str, Any] = getattr(response, "_csp_update", None) or {}
    response._csp_update = {**update, "frame-ancestors": list(ancestors)}  # type: ignore[attr-defined]
    patch_cache_control(response, no_store=True)
    return response


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
