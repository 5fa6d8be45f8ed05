"""The floor of passback: threads that post scores over connections they keep, and do nothing else.

``python -m tests.bench.sender URL SCORES THREADS`` prints the median and 95th percentile of a request in ms, and the
processor seconds of the sending.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator

import requests

from .figures import percentile

HEADERS = {"Authorization": "Bearer t", "Content-Type": "application/vnd.ims.lis.v1.score+json"}


def main(url: str, scores: int, threads: int) -> None:
    users: Iterator[int] = iter(range(scores))
    lock, taken = threading.Lock(), []

    def send() -> None:
        with requests.Session() as session:
            while True:
                with lock:
                    user = next(users, None)
                if user is None:
                    return
                message = {
                    "userId": f"user-{user}",
                    "scoreGiven": 7,
                    "scoreMaximum": 10,
                    "activityProgress": "Completed",
                    "gradingProgress": "FullyGraded",
                    "timestamp": "2026-03-02T09:00:00.000Z",
                }
                begun = time.perf_counter()
                session.post(url, data=json.dumps(message), headers=HEADERS, timeout=10).raise_for_status()
                taken.append(time.perf_counter() - begun)

    cost = time.process_time()
    workers = [threading.Thread(target=send) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(percentile(taken, 50) * 1000, percentile(taken, 95) * 1000, time.process_time() - cost)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
