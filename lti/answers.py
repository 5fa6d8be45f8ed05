"""What a platform's answer to a score means: one table, read from the top.

A status and, where statuses are ambiguous, words in the answer. What single platforms do differently stands in
``lti.platforms``. A code says why a grade is where it is; ``SENTENCES`` says it in words.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from math import isfinite

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .platforms import Platform
from .protocol.http import Reply

LONGEST_RETRY_AFTER = timedelta(days=1)


class Kind(StrEnum):
    """What is to be done."""

    ACCEPTED = "accepted"
    LATER = "later"  # try again; nobody has to do anything
    CHECK = "check"  # read the gradebook: the score may be there already
    RENEW = "renew"  # the token is no good (any more)
    HELD = "held"  # somebody has to do something first
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. ``words`` is searched for in the answer's beginning, in any case.

    ``heals`` is after how long it is worth trying a held score without anybody having told us of a change. ``outage``
    is said where the platform itself is in trouble, and not only this score; ``ambiguous`` where the answer may mean
    something else.
    """

    statuses: Container[int]
    kind: Kind
    code: str
    words: str = ""
    heals: timedelta | None = None
    throttled: bool = False
    outage: bool = False
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer means; see ``Rule``.

    ``retry_after`` is the least time the platform wants to be left alone, ``remaining`` what it says is left of what
    may be asked of it (Canvas's units; a request in progress reserves 50 of them).
    """

    kind: Kind
    code: str
    retry_after: timedelta | None = None
    heals: timedelta | None = None
    throttled: bool = False
    outage: bool = False
    ambiguous: bool = False
    remaining: float | None = None


HOURS = timedelta(hours=6)
TABLE: tuple[Rule, ...] = (
    # A page under a status of success is a proxy's or a sign-in form's; the score may or may not have passed it.
    Rule(range(200, 300), Kind.CHECK, "html_answer", words=r"\A\s*<"),
    Rule(range(200, 205), Kind.ACCEPTED, "delivered"),
    Rule(range(200, 300), Kind.CHECK, "html_answer"),
    Rule(range(300, 400), Kind.HELD, "redirected", heals=HOURS),
    Rule({401}, Kind.RENEW, "unauthorized"),
    # Canvas throttles with 403 and text; its newer documents speak of 429.
    Rule({403}, Kind.LATER, "throttled", words=r"rate limit|throttl|too many", throttled=True),
    Rule({403}, Kind.HELD, "forbidden", heals=HOURS),
    Rule({429}, Kind.LATER, "throttled", throttled=True),
    Rule({404, 410, 412}, Kind.HELD, "line_item_gone"),
    Rule({408, 425}, Kind.LATER, "platform_error"),
    Rule({409}, Kind.CHECK, "stale"),
    # Canvas says 400 to a late score as to a malformed one.
    Rule({400}, Kind.CHECK, "stale", words=r"timestamp"),
    Rule({400}, Kind.CHECK, "stale", ambiguous=True),
    # Canvas counts attempts before it looks at the score, so that a first message whose answer was lost can be why.
    Rule({422}, Kind.CHECK, "attempts_exhausted", words=r"attempts", heals=HOURS),
    Rule({422}, Kind.HELD, "not_enrolled", words=r"not a student|not found", heals=HOURS),
    Rule({422}, Kind.HELD, "unpublished", words=r"publish", heals=HOURS),
    Rule({422}, Kind.HELD, "concluded", words=r"conclude|closed|ended|active", heals=HOURS),
    Rule({422}, Kind.HELD, "rejected", heals=HOURS),
    Rule(range(400, 500), Kind.REFUSED, "rejected"),
    Rule({502, 503, 504}, Kind.LATER, "platform_error", outage=True),
    # Also what Moodle says of a grade that is locked: it may be this one's trouble alone.
    Rule(range(500, 600), Kind.LATER, "platform_error"),
)
BY_CODE: Mapping[str, Rule] = {
    "not_enrolled": Rule((), Kind.HELD, "not_enrolled", heals=HOURS),
}
NO_ANSWER: Mapping[str, Verdict] = {
    "timeout": Verdict(Kind.LATER, "timeout", outage=True),
    "connection": Verdict(Kind.LATER, "unreachable", outage=True),
    "too_large": Verdict(Kind.CHECK, "html_answer"),
    "forbidden_address": Verdict(Kind.HELD, "address", heals=HOURS),
    "bad_url": Verdict(Kind.HELD, "address", heals=HOURS),
}


def judge(reply: Reply, *, platform: Platform, now: datetime) -> Verdict:
    """What ``reply`` means on that platform."""
    rule = _rule(reply, platform)
    return Verdict(
        rule.kind,
        rule.code,
        retry_after(reply, now=now),
        rule.heals,
        rule.throttled,
        rule.outage,
        rule.ambiguous,
        _remaining(reply),
    )


def _remaining(reply: Reply) -> float | None:
    try:
        left = float(reply.headers.get("X-Rate-Limit-Remaining", ""))
    except ValueError:
        return None
    return left if isfinite(left) else None


def _rule(reply: Reply, platform: Platform) -> Rule:
    code = platform.score_codes.get(reply.status)
    if code is not None:
        return BY_CODE[code]
    beginning = reply.text[:2000]
    for rule in TABLE:
        if reply.status in rule.statuses and re.search(rule.words, beginning, re.IGNORECASE):
            return rule
    return Rule((), Kind.LATER, "platform_error")


def retry_after(reply: Reply, *, now: datetime) -> timedelta | None:
    """The ``Retry-After`` header as a duration of at most a day, whether it names seconds or a date (RFC 9110)."""
    value = reply.headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        if value.isdecimal():
            delay = timedelta(seconds=min(int(value), 86_400))
        else:
            at = parsedate_to_datetime(value)
            delay = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return min(max(delay, timedelta()), LONGEST_RETRY_AFTER)


def at_least(delay: timedelta, reply: Reply | None, *, now: datetime) -> timedelta:
    """``delay``, or as long as the platform wants to be left alone by that answer, where that is longer."""
    return max(delay, (reply and retry_after(reply, now=now)) or timedelta())


#: Why a grade is not in the gradebook, and who has to do what. Shown to learners and instructors alike.
SENTENCES: Mapping[str, Promise] = {
    "no_column": _(
        "No column yet: the course has not told us of a gradebook column for this activity. It is sent as soon as "
        "the activity is opened from the course with one."
    ),
    "timeout": _("The course platform did not answer in time. It is tried again by itself."),
    "unreachable": _("The course platform could not be reached. It is tried again by itself."),
    "platform_error": _("The course platform reported an error of its own. It is tried again by itself."),
    "keeps_failing": _(
        "The course platform reports an error of its own for this grade, again and again. See in the gradebook there "
        "whether the grade or its column is locked, and unlock it (Moodle answers like this to a locked grade). If "
        "neither is, the platform's administrator finds the reason in its error log. It is tried again by itself."
    ),
    "throttled": _("The course platform asked us to slow down. It is tried again by itself."),
    "html_answer": _("The course platform answered with a web page. It is tried again by itself."),
    "stale": _("The course platform holds something newer. It is tried again by itself."),
    "token_renewed": _("The course platform wants a new access token. It is tried again by itself."),
    "token_unreachable": _("The course platform gives out no access tokens just now. It is tried again by itself."),
    "token_unusable": _("The course platform's access token cannot be used. It is tried again by itself."),
    "token_refused": _(
        "The course platform does not accept this tool's key. Its administrator should check the client id and the "
        "tool's public keyset URL."
    ),
    "token_clock": _(
        "The course platform does not accept this tool's key, and the clocks of the two servers differ by more than 20 "
        "seconds, which can be the reason. The operator of this tool and the platform's administrator should set them "
        "right; if that does not help, the client id and the tool's public keyset URL should be checked."
    ),
    "token_address": _(
        "The access token URL of this platform's registration cannot be used. The tool's operator should check it."
    ),
    "scope_missing": _(
        "The course platform does not let this tool send grades. Its administrator should allow the grade service "
        "(scope “score”) for this tool."
    ),
    "unauthorized": _(
        "The course platform does not let this tool send grades to this course. Its administrator should check that "
        "the tool is still installed there and may use the grade service."
    ),
    "forbidden": _("The course platform does not allow this tool to send grades to this course."),
    "line_item_gone": _(
        "The gradebook column is gone. It was deleted, or the course has ended on the course platform. Opening the "
        "activity from the course once brings the new one, if there is any; an instructor may have one made on the "
        "page “Grades”."
    ),
    "withheld": _("This score is kept back until it is released to the gradebook."),
    "replaced": _(
        "Another activity has been put in this one's place in the course. Its gradebook column is that one's now, "
        "so this score is kept here and not sent."
    ),
    "redirected": _("The gradebook column has moved to another address. Open the activity from the course once."),
    "address": _("The address of the gradebook column cannot be used from this tool's server."),
    "not_enrolled": _(
        "The course platform does not know this person as a student of the course, or the course or the enrolment has "
        "ended. Check the enrolment there."
    ),
    "unpublished": _("The activity is not published in the course. Publish it there."),
    "concluded": _("The course or the enrolment has ended on the course platform."),
    "attempts_exhausted": _(
        "The course platform allows no further attempt. Raise the number of attempts in the activity's settings there."
    ),
    "changed_by_hand": _("A teacher has entered another grade in the gradebook. It was left as it is."),
    "kept_theirs": _("A teacher has entered another grade in the gradebook, and that one is kept."),
    "overridden": _(
        "The course platform took this grade, but goes on showing the one that a teacher has entered. To show this "
        "one, remove the override from the grade in the gradebook."
    ),
    "emptied": _(
        "The gradebook shows no grade here, although it took one. Somebody may have removed it, or set it to zero."
    ),
    "not_kept": _("The gradebook no longer holds this grade. It is sent again by itself."),
    "read_scope_missing": _(
        "The course platform does not let this tool read the gradebook (scope “result.readonly”), so that changes "
        "there cannot be seen here."
    ),
    "list_unreadable": _("The course platform's answer could not be understood."),
    "list_endless": _("The course platform's answer did not come to an end."),
    "columns_unreadable": _("The course platform does not list this course's gradebook columns."),
    "column_scope_missing": _(
        "The course platform does not let this tool make gradebook columns. Its administrator should allow the grade "
        "service (scope “lineitem”) for this tool."
    ),
    "column_unanswered": _(
        "The course platform did not say whether it has made the column. It is looked for again in a few minutes."
    ),
    "column_refused": _("The course platform refused to make a gradebook column here."),
    "result_unreadable": _(
        "The course platform holds something newer and does not let this tool read it. Compare the gradebook by hand."
    ),
    "still_stale": _("The course platform keeps something that it takes for newer. Compare the gradebook by hand."),
    "rejected": _("The course platform refused the grade."),
    "gave_up": _("The course platform could not be reached for two weeks. Send the grade again when it is back."),
}
