"""What must hold when all is over, judged by what the platforms kept and what the attempts come to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

#: Scores have two places out of ten points; a platform may keep them as binary fractions.
NEAR = 1e-9


def violations(owed: Mapping[str, Any], reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each thing that is wrong; ``owed`` is from ``school``, ``reports`` from the platforms."""
    held = {entry["user"]: entry for report in reports for entry in report["held"]}
    found = []
    for user, learner in owed["learners"].items():
        entry = held.pop(user, None)
        if entry is None:
            found.append(f"{user}: nothing is in the gradebook, {learner['score']} is owed")
            continue
        if entry["score"] is None or abs(entry["score"] - learner["score"]) > NEAR:
            found.append(f"{user}: {entry['score']} is in the gradebook, {learner['score']} is owed")
    found += [f"{user}: {entry['score']} is in the gradebook, nothing is owed" for user, entry in held.items()]
    for report in reports:
        posts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for post in report["accepted"]:
            posts[post["user"]].append(post)
        for user, accepted in posts.items():
            found += [f"{user}: {wrong}" for wrong in (*_backwards(accepted), *_twice(accepted))]
            times = {_moment(time) for time in owed["learners"].get(user, {"submitted": ()})["submitted"]}
            for post in accepted:
                if _moment(post["submitted"]) not in times:
                    found.append(f"{user}: no attempt ended at {post['submitted']}")
    return found


def _backwards(accepted: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The best attempt counts, so that no later revision is worth less: nothing accepted may be below one before it."""
    for before, after in pairwise(accepted):
        earlier, later = _moment(before["stamp"]), _moment(after["stamp"])
        if after["score"] < before["score"] - NEAR or later < earlier:
            yield f"went back from {before} to {after}"
        if later == earlier and after["score"] != before["score"]:
            yield f"two scores under one stamp, {before} and {after}"


def _twice(accepted: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Canvas counts each new submission as an attempt, unless it repeats the time of one."""
    announced = {(post["submitted"], post["stamp"]) for post in accepted if post["new"]}
    for submitted, times in Counter(submitted for submitted, _ in announced).items():
        if times > 1:
            yield f"the attempt of {submitted} was announced {times} times"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
