"""What the machinery around the tool asks: whether it is up, whether grades come through, and the figures."""

import hmac
import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from coexistence.courses.gradebook import gradebook


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, 503 while it does not: whether this process can serve anybody."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _plain("The database does not answer.", status=503)
    return _plain("ok")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Like ``livez``, and 503 also where a grade has waited longer than ``HEALTH_OLDEST_GRADE_SECONDS``.

    For whoever is to be told. A load balancer asks ``livez``: a school whose platform is down must not take the tool
    away from all the others.
    """
    limit = settings.HEALTH_OLDEST_GRADE_SECONDS
    try:
        oldest = gradebook().oldest_waiting()
    except DatabaseError:
        return _plain("The database does not answer.", status=503)
    waited = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    if limit and waited > limit:
        return _plain(f"The oldest grade has been waiting for {waited:.0f} seconds; {limit} are allowed.", status=503)
    return _plain("ok")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus, computed from the database, so that they are the same whichever process answers.

    Only with ``Authorization: Bearer <METRICS_TOKEN>``; where no token is configured, only from this machine. A proxy
    on the same machine makes everybody look local, so there a token is needed.
    """
    if not _may_see(request):
        return _plain("Not for you: send the metrics token, or ask from this machine.", status=403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return _uncached(HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST))


class _Figures(Collector):
    """The gradebook's tallies as metric families."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        place = ["registration"]
        waiting = GaugeMetricFamily("coexistence_grades_waiting", "Scores that go out by themselves.", labels=place)
        oldest = GaugeMetricFamily(
            "coexistence_grades_oldest_waiting_seconds", "How long the first of them has waited.", labels=place
        )
        kept = GaugeMetricFamily(
            "coexistence_grades_kept",
            "Scores that wait for a date, for their release or for a column, by reason.",
            labels=[*place, "reason"],
        )
        delivered = GaugeMetricFamily("coexistence_grades_delivered", "Scores the platform has taken.", labels=place)
        stuck = GaugeMetricFamily(
            "coexistence_grades_stuck", "Scores that need a person, by reason.", labels=[*place, "state", "reason"]
        )
        for tally in gradebook().tallies():
            since = tally.oldest_waiting
            waiting.add_metric([tally.place], tally.waiting)
            oldest.add_metric([tally.place], max((now - since).total_seconds(), 0.0) if since else 0.0)
            for reason, number in sorted(tally.kept.items()):
                kept.add_metric([tally.place, reason], number)
            delivered.add_metric([tally.place], tally.delivered)
            for (state, reason), number in sorted(tally.stuck.items()):
                stuck.add_metric([tally.place, state, reason], number)
        yield from (waiting, oldest, kept, delivered, stuck)


def _may_see(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback and (
            "X-Forwarded-For" not in request.headers
        )
    except ValueError:
        return False


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    return _uncached(HttpResponse(text + "\n", status=status, content_type="text/plain"))


def _uncached(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True)
    return response
