"""Reading gradebooks back: whether what they accepted is what they hold, and whether a teacher has changed it (G5).

A line item is read as a whole, page by page, some time after scores of it were acknowledged, and when somebody asks.
What it says is compared with every row of the outbox for that column: a teacher's own change is marked and left alone
(G3), anything else that differs is made due again. Which values those are is decided in ``comparison``.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from . import columns, outbox, platforms
from .answers import at_least
from .comparison import compare
from .grades import ring, wake
from .grades.delivery import SCOPES
from .grades.owing import BATCH, REGISTRATION
from .models import Lane, LineItem, Registration, ScoreDelivery
from .protocol import http, services, tokens
from .protocol.paging import LONGEST, ListError
from .protocol.services import Result
from .protocol.tokens import RESULT_READONLY, TokenError
from .sending import pool_of

log = logging.getLogger(__name__)

#: Longer than any reading can take; whoever reads and dies is followed by somebody else then.
LEASE = timedelta(seconds=2 * LONGEST + 30)
AGAIN = timedelta(hours=1)
#: After so many seconds a check makes room for other registrations; the sweep comes back to it.
LONGEST_RUN = 60.0
COLUMNS = 50


class _UnreadableError(Exception):
    """The column cannot be read; ``code`` is one of ``answers.SENTENCES``."""

    def __init__(self, code: str, *, later: bool, reply: http.Reply | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.later = later
        self.reply = reply


def sweep(*, now: datetime) -> None:
    """Ring for every registration that has something to be read back. Looks into an index for each."""
    due = ScoreDelivery.objects.filter(registration=OuterRef("pk"), check_at__lte=now)
    for registration_id in Registration.objects.filter(Exists(due), active=True).values_list("pk", flat=True):
        wake("check", registration_id, at=now)


def ask(line_item: LineItem, *, now: datetime) -> bool:
    """Have a column read back as soon as may be, because somebody wants to know; whether it holds any score of ours."""
    if not outbox.ask_check(line_item_id=line_item.pk, now=now):
        return False
    LineItem.objects.filter(pk=line_item.pk).update(read_asked_at=now)
    wake("check", LineItem.objects.values_list(REGISTRATION, flat=True).get(pk=line_item.pk), at=now)
    return True


def check(*, registration_id: int) -> None:
    """Read back the columns of a registration that are due, one after the other; never while its platform rests."""
    ends = time.monotonic() + LONGEST_RUN
    now = timezone.now()
    if Lane.objects.filter(registration_id=registration_id, paused_until__gt=now).exists():
        return
    due = ScoreDelivery.objects.filter(registration_id=registration_id, check_at__lte=now)
    for line_item_id in list(due.order_by().values_list("line_item_id", flat=True).distinct()[:COLUMNS]):
        if time.monotonic() > ends:
            return
        now = timezone.now()
        if outbox.take_check(line_item_id=line_item_id, until=now + LEASE, now=now) and not _check_column(
            registration_id, line_item_id
        ):
            return


def _check_column(registration_id: int, line_item_id: int) -> bool:
    """Read one column back; False where its platform does not answer, so that the others need not be tried."""
    column = LineItem.objects.get(pk=line_item_id)
    began = timezone.now()
    try:
        results = _read(registration_id, column)
    except _UnreadableError as error:
        log.info("Column %s of registration %s cannot be read: %s", line_item_id, registration_id, error.code)
        again = began + at_least(AGAIN, error.reply, now=began) if error.later else None
        outbox.give_up_check(line_item_id=line_item_id, again=again)
        code, answers = error.code, not error.later
        if code == "line_item_gone":
            columns.notice_gone(line_item_id=line_item_id)
    else:
        _compare(registration_id, line_item_id, results, began=began)
        code, answers = "", True
    LineItem.objects.filter(pk=line_item_id).update(read_at=timezone.now(), read_code=code)
    return answers


def _read(registration_id: int, column: LineItem) -> dict[str, Result]:
    if not column.url:
        raise _UnreadableError("no_column", later=False)
    family = Registration.objects.values_list("platform", flat=True).get(pk=registration_id)
    page_size = platforms.of(family).results_page
    for attempt in (1, 2):
        try:
            token = tokens.access_token(registration_id=registration_id, scopes=SCOPES)
        except TokenError as error:
            raise _UnreadableError(error.code, later=error.later, reply=error.reply) from None
        if RESULT_READONLY not in token.scopes:
            raise _UnreadableError("read_scope_missing", later=False)
        pool = pool_of(registration_id)
        try:
            return dict(services.get_results(line_item_url=column.url, page_size=page_size, token=token, pool=pool))
        except ListError as error:
            if error.code == "unauthorized" and attempt == 1:
                tokens.drop(registration_id=registration_id, scopes=SCOPES, token=token)
                continue
            raise _UnreadableError(error.code, later=error.later, reply=error.reply) from None
    raise AssertionError("unreachable")


def _compare(registration_id: int, line_item_id: int, results: dict[str, Result], *, began: datetime) -> None:
    """Compare every settled row of the column with what was read, a batch at a time."""
    rows = ScoreDelivery.objects.filter(line_item_id=line_item_id, claim=None).select_related("user").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        # What was acknowledged while we read may or may not be in what we read.
        settled = [row for row in batch if row.acknowledged_at is None or row.acknowledged_at < began]
        differing = [row.pk for row in settled if row.user.sub in results]
        sent = outbox.sent_scores(differing)
        now = timezone.now()
        seen = [
            found
            for row in settled
            if (found := compare(row, results.get(row.user.sub), sent=sent.get(row.pk, ()), now=now)) is not None
        ]
        due = outbox.see(seen, now=now) if seen else []
        if due:
            ring(registration_id, at=min(due))
