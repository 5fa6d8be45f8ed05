"""The outbox's own SQL: whole sets of rows in single statements, on SQLite and on PostgreSQL.

On PostgreSQL rows are locked in the order of (line item, user) wherever several are, so that a regrade and a worker
never wait for each other in a circle.
"""

from .claims import CLAIM_LEASE, MOST_ON_SQLITE, Sent, Settled, claim, finish
from .delays import bring_forward, explain, give_up, put_off
from .lanes import LANE_LEASE, HeldLane, let_go, make_lanes, take_lane
from .readings import (
    Seen,
    ask_check,
    give_up_check,
    insist,
    resend,
    see,
    send_anew,
    sent_scores,
    take_check,
    yield_to_teacher,
)
from .wishes import Wanted, keep_waiting, release_waiting, set_aside, want

__all__ = [
    "CLAIM_LEASE",
    "LANE_LEASE",
    "MOST_ON_SQLITE",
    "HeldLane",
    "Seen",
    "Sent",
    "Settled",
    "Wanted",
    "ask_check",
    "bring_forward",
    "claim",
    "explain",
    "finish",
    "give_up",
    "give_up_check",
    "insist",
    "keep_waiting",
    "let_go",
    "make_lanes",
    "put_off",
    "release_waiting",
    "resend",
    "see",
    "send_anew",
    "sent_scores",
    "set_aside",
    "take_check",
    "take_lane",
    "want",
    "yield_to_teacher",
]
