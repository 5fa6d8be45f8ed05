"""What must be true of one learner's scores, told without the tool's own code: wished for, sent, taken, shown."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from lti.models import ScoreDelivery

from .platform import SUBMISSION

SECOND = timedelta(seconds=1)
#: A teacher's change that is not protected may be overwritten by who knows the gradebook this well.
KNOWN_LATELY, SEEN_LATELY = timedelta(hours=1), timedelta(minutes=5)


@dataclass(frozen=True)
class Wish:
    """What our own column should show, and which attempt it comes from. ``at`` is the time of submission."""

    score: float
    attempt: int
    at: datetime


@dataclass(frozen=True)
class Shown:
    """What the gradebook shows: a score of ours, by its revision, or a teacher's (``revision`` is None)."""

    revision: int | None
    score: float
    since: datetime
    protected: bool = False


@dataclass
class Ledger:
    """One learner in one column. ``wishes[n - 1]`` is revision n."""

    sub: str
    manner: str
    wishes: list[Wish] = field(default_factory=list)
    shown: Shown | None = None
    #: The stamps under which each revision was sent, oldest first.
    stamps: dict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    #: Which revisions announced each attempt as a new submission.
    announced: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    taken: list[int] = field(default_factory=list)
    #: The newest revision that the gradebook has held, as far as it knows.
    newest: int = 0
    #: Revisions for which a new stamp is in order: the platform holds something newer that is not this score, has lost
    #: it, or somebody asked for it.
    restampable: set[int] = field(default_factory=set)
    #: The instructor wants ours in place of a teacher's; wants theirs kept.
    insists: bool = False
    yields: bool = False
    #: The gradebook has lost what it held since the last wish.
    lost: bool = False
    #: A teacher has been there since.
    touched: bool = False

    @property
    def attempt(self) -> int:
        return self.wishes[-1].attempt if self.wishes else 0

    def wish(self, score: float, *, attempt: int, at: datetime) -> None:
        wish = Wish(score, attempt, at)
        if not self.wishes or self.wishes[-1] != wish:
            self.wishes.append(wish)
            self.lost = self.yields = False
            self.touched = self.shown is not None and self.shown.revision is None

    def may_restamp(self) -> None:
        self.restampable.add(len(self.wishes))

    # --- What others do to the gradebook

    def teacher(self, score: float, *, protected: bool) -> None:
        self.shown = Shown(None, score, timezone.now(), protected)
        self.touched = True

    def lose(self) -> None:
        self.shown, self.newest, self.lost = None, 0, True
        self.may_restamp()

    # --- What we do

    def posted(self, row: ScoreDelivery, message: dict[str, Any], *, claimed: int, status: int | None) -> None:
        """A message has reached the platform. ``claimed`` is the revision that was wanted when it was claimed."""
        revision = row.wanted_revision
        assert revision == claimed, "what is sent is what was wanted at the moment of the claim"
        wish = self.wishes[revision - 1]
        assert message["scoreGiven"] == wish.score
        assert message["scoreMaximum"] == 10
        assert message["gradingProgress"] == "FullyGraded", "anything less erases"
        assert datetime.fromisoformat(message["submission"]["submittedAt"]) == _milliseconds(wish.at)
        self._stamped(revision, datetime.fromisoformat(message["timestamp"]))
        self._announced(row, revision, wish, message.get(SUBMISSION))
        if status in {400, 409} and not (self.shown and self.shown.revision == revision):
            self.restampable.add(revision)

    def _stamped(self, revision: int, stamp: datetime) -> None:
        assert stamp <= timezone.now(), "never ahead of our own clock"
        stamps = self.stamps[revision]
        if stamp not in stamps:
            assert not stamps or revision in self.restampable, "a retry keeps its stamp"
            assert not stamps or stamp >= stamps[-1] + SECOND
            stamps.append(stamp)
            self.restampable.discard(revision)
        for other, sent in self.stamps.items():
            if other < revision:
                assert sent[-1] + SECOND <= stamp, "a newer score has a later stamp"
            elif other > revision:
                assert stamp + SECOND <= sent[0], "an older score has an earlier stamp"

    def _announced(self, row: ScoreDelivery, revision: int, wish: Wish, extension: dict[str, Any] | None) -> None:
        if extension is None:
            return
        assert datetime.fromisoformat(extension["submitted_at"]) == _milliseconds(wish.at)
        assert extension["prioritize_non_tool_grade"] or self.insists, "only an instructor overwrites a teacher's grade"
        if extension["new_submission"]:
            self.announced[wish.attempt].add(revision)
            assert len(self.announced[wish.attempt]) == 1, "only the first message of an attempt announces it"
            assert row.acknowledged_attempt < wish.attempt

    def accepted(self, row: ScoreDelivery, message: dict[str, Any], *, prioritized: bool) -> None:
        """The platform has taken that message: the gradebook is to show it, unless a teacher's grade is protected."""
        revision = row.wanted_revision
        assert revision >= self.newest, "no score ever goes backwards"
        self.newest = revision
        self.taken.append(revision)
        if self.shown is not None and self.shown.revision is None:
            if self.shown.protected and prioritized:
                return
            assert self.insists or self._may_not_know(row, self.shown), "a teacher's own change is left alone"
        self.shown = Shown(revision, message["scoreGiven"], timezone.now())

    def _may_not_know(self, row: ScoreDelivery, teachers: Shown) -> bool:
        """Whether nobody could have told us of that change: all that we saw and heard of the gradebook is older."""
        now, known, seen = timezone.now(), row.acknowledged_at, row.seen_at
        if seen is not None and seen >= teachers.since and float(row.seen_score or 0) == teachers.score:
            return False
        if self.manner == "moodle" and self.stamps[row.wanted_revision][0] < teachers.since.replace(microsecond=0):
            # It moves the time with a teacher's change, and has told us so.
            return False
        return known is None or known >= now - KNOWN_LATELY or (seen is not None and seen >= now - SEEN_LATELY)

    # --- What the tool says

    def check(self, row: ScoreDelivery) -> None:
        """What its row must say at any time."""
        wish = self.wishes[-1]
        assert (row.wanted_revision, row.attempt_number, row.submitted_at) == (len(self.wishes), wish.attempt, wish.at)
        assert float(row.wanted_score) == wish.score
        if row.acknowledged_revision and row.acknowledged_revision not in self.taken:
            # Found there by reading.
            assert self.wishes[row.acknowledged_revision - 1].score == 0 or self.was_shown(row)
        if row.acknowledged_revision:
            assert float(row.acknowledged_score or 0) == self.wishes[row.acknowledged_revision - 1].score
        if row.code == "changed_by_hand":
            assert self.touched, "what is ours is not taken for a teacher's"
        if row.state == ScoreDelivery.State.DELIVERED:
            assert (row.acknowledged_revision, row.code, row.claim) == (len(self.wishes), "", None)

    def was_shown(self, row: ScoreDelivery) -> bool:
        """Whether an equal score of ours, wished for earlier, has been taken."""
        score = self.wishes[row.acknowledged_revision - 1].score
        return any(self.wishes[revision - 1].score == score for revision in self.taken)

    def settled(self, row: ScoreDelivery) -> None:
        """What must be true in the end, when everything that failed works again and the gradebook was read (G1)."""
        found = (row.state, row.code)
        if self.shown is not None and self.shown.revision is None:
            assert row.state == ScoreDelivery.State.SUPERSEDED, found
            assert row.code in {"changed_by_hand", "overridden", "kept_theirs"}, found
        elif self.yields:
            assert found == ("superseded", "kept_theirs"), found
        elif self.shown is None and self.lost and row.state != ScoreDelivery.State.DELIVERED:
            # Lost again and again, or taken back: it looks as if somebody meant it.
            assert found == ("superseded", "emptied"), found
            assert self.touched or row.restamps >= 2, "what is lost is sent again"
        else:
            assert found == ("delivered", ""), found
            assert self.shown is not None
            assert self.shown.score == self.wishes[-1].score


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
