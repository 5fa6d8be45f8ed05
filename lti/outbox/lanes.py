"""Lanes: the right to send to a registration, leased to one worker at a time, with the pace found so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings

from lti.models import Lane, Registration
from lti.pacing import Pace

from .dialect import STAMPABLE, db_time, db_uuid, fetch, is_postgres, whole_second

#: How long a lane belongs to its worker unless it says so again; longer than a claim, which it says with.
LANE_LEASE = timedelta(seconds=4 * settings.LTI_REQUEST_SECONDS)


@dataclass(frozen=True, slots=True)
class HeldLane:
    """A lane that this worker holds, its pace, and what the registration is."""

    id: int
    holder: UUID
    pace: Pace
    platform: str


def take_lane(*, registration_id: int, now: datetime) -> HeldLane | None:
    """A free lane of the registration, if anything is due there: one conditional UPDATE decides whose it is."""
    lock = "FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    holder = uuid4()
    # A platform that wants to be left alone means all the lanes.
    free = """(l.holder IS NULL OR l.leased_until < %s) AND NOT EXISTS
        (SELECT 1 FROM lti_lane AS p WHERE p.registration_id = l.registration_id AND p.paused_until > %s)"""
    sql = f"""
        UPDATE lti_lane AS l SET holder = %s, leased_until = %s
        WHERE {free} AND l.id = (
            SELECT l.id FROM lti_lane AS l WHERE l.registration_id = %s AND l.number < %s AND {free}
            AND EXISTS (SELECT 1 FROM lti_registration AS r WHERE r.id = l.registration_id AND r.active)
            AND EXISTS (SELECT 1 FROM lti_scoredelivery AS d
                WHERE d.registration_id = l.registration_id AND d.next_try_at <= %s AND {STAMPABLE})
            ORDER BY l.number LIMIT 1 {lock})
        RETURNING id, concurrency, failures,
            (SELECT r.platform FROM lti_registration AS r WHERE r.id = registration_id)
    """  # noqa: S608
    at = db_time(now)
    params = [db_uuid(holder), db_time(now + LANE_LEASE), at, at, registration_id, settings.LTI_LANES, at, at, at]
    params.append(db_time(whole_second(now)))
    for lane_id, concurrency, failures, platform in fetch(sql, params):
        return HeldLane(int(lane_id), holder, Pace(concurrency, failures), platform)
    return None


def make_lanes(*, registration_id: int) -> bool:
    """Make the registration's lanes as far as they are missing; whether any was."""
    if not Registration.objects.filter(pk=registration_id).exists():
        # A bell may outlive its registration.
        return False
    wanted = set(range(settings.LTI_LANES))
    missing = wanted - set(Lane.objects.filter(registration_id=registration_id).values_list("number", flat=True))
    Lane.objects.bulk_create(
        [Lane(registration_id=registration_id, number=number) for number in missing], ignore_conflicts=True
    )
    return bool(missing)


def let_go(lane: HeldLane, *, pace: Pace) -> None:
    """Give up the lane without having sent anything."""
    Lane.objects.filter(id=lane.id, holder=lane.holder).update(
        holder=None, leased_until=None, failures=pace.failures, paused_until=pace.paused_until
    )
