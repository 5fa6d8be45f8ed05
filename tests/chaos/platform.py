"""Platforms that misbehave at random, and keep every score that they accepted: ``… platform SEED PORT MANNER …``.

Each manner gets a port of its own, from ``PORT`` on. ``GET /calm`` ends the misbehaviour; ``GET /report`` tells what
was accepted, in order, and how often what went wrong. Nothing of the tool's code is in it.
"""

import json
import random
import sys
import threading
from collections import Counter
from typing import Any

from tests.lti.grades.platform import SUBMISSION, Fault, Platform

#: Of a hundred requests for scores.
FAULTS: tuple[tuple[int, str], ...] = (
    (4, "503"),
    (2, "503 with Retry-After"),
    (4, "reset"),
    (4, "stored, reply lost"),
    (2, "stored, answered 502"),
    (2, "throttled"),
    (1, "hung"),
    (1, "stored, hung"),
    (2, "web page"),
)
NAMES = [name for weight, name in FAULTS for _ in range(weight)]
HANG = 4.0


class Chaotic(Platform):
    """A platform in some manner whose answers go wrong as its dice say."""

    def __init__(self, manner: str, *, seed: str, port: int) -> None:
        self.dice = random.Random(seed)
        self.calm = False
        self.met: Counter[str] = Counter()
        super().__init__(manner, port=port)

    def score(self, path: str, body: bytes) -> Fault:
        # The first score of all always fails: in a short run luck might spare every one.
        place = self.dice.randrange(len(NAMES) if self.posted == 1 else 100)
        if not self.calm and not self.faults and place < len(NAMES):
            self.met[NAMES[place]] += 1
            self.faults.append(self._fault(NAMES[place]))
        return super().score(path, body)

    def token(self, form: dict[str, list[str]]) -> Fault:
        if not self.calm and self.dice.randrange(4) == 0:
            self.met["token refused"] += 1
            self.token_faults.append(Fault(503))
        return super().token(form)

    def results(self, path: str, query: dict[str, list[str]]) -> Fault:
        if not self.calm and self.dice.randrange(5) == 0:
            self.met["result not read"] += 1
            self.result_faults.append(Fault(503))
        return super().results(path, query)

    def _fault(self, name: str) -> Fault:
        return {
            "503": Fault(503),
            "503 with Retry-After": Fault(503, headers={"Retry-After": "1"}),
            "reset": Fault(drop=True),
            "stored, reply lost": Fault(stores=True, drop=True),
            "stored, answered 502": Fault(502, "<html>Bad gateway</html>", stores=True),
            "throttled": Fault(403, "403 Forbidden (Rate Limit Exceeded)", {"Retry-After": "1"}),
            "hung": Fault(drop=True, hang=HANG),
            "stored, hung": Fault(stores=True, drop=True, hang=HANG),
            "web page": Fault(200, "<html>Sign in</html>"),
        }[name]

    def told(self, path: str) -> dict[str, Any] | None:
        if path == "/calm":
            self.calm = True
            self.faults.clear()
            return {}
        if path != "/report":
            return None
        accepted = [
            {
                "column": column,
                "user": message["userId"],
                "score": message["scoreGiven"] / message["scoreMaximum"],
                "stamp": message["timestamp"],
                "submitted": message["submission"]["submittedAt"],
                "new": message.get(SUBMISSION, {}).get("new_submission"),
            }
            for column, message in self.accepted
        ]
        held = [
            {
                "user": user,
                "score": None if entry.score is None else entry.score / entry.maximum,
                "submissions": sorted(entry.submissions),
            }
            for (_, user), entry in self.gradebook.items()
        ]
        return {
            "manner": self.manner,
            "accepted": accepted,
            "held": held,
            "faults": self.met,
            "posts": self.posted,
            "tokens": len(self.tokens),
        }


def main(seed: str, port: int, manners: list[str]) -> None:
    for number, manner in enumerate(manners):
        Chaotic(manner, seed=f"{seed} {manner}", port=port + number)
    print(json.dumps({"ready": True}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
