"""The content API: a whole timeline, and the same asked for by somebody who has it already."""

from .figures import Round, Row, percentile, row
from .processes import BenchError, Running, processor_seconds
from .stage import UNIT, Stage
from .wire import fire, request

AT_ONCE = 8
#: Seconds for a round; a slow machine answers fewer.
LONGEST = 3.0


def measure(stage: Stage, ground: str, *, gets: int, rounds: int) -> list[Row]:
    """A row for the answer in full, and one for a 304."""
    ours, bare = f"{stage.tool}/api/v1/units/{UNIT.name}/timeline/", f"{stage.floor}/document/"
    etags = {}
    for url in (ours, bare):
        (reply,) = fire([request("GET", url)], at_once=1).replies
        etags[url] = reply.headers["etag"]
    rows = []
    for title, known in (("API, timeline", False), ("API, timeline, not modified", True)):
        rounds_of: dict[str, list[Round]] = {ours: [], bare: []}
        before = stage.statements(stage.server)
        for _ in range(rounds):
            for url, program in ((ours, stage.server), (bare, stage.bare)):
                headers = {"If-None-Match": etags[url]} if known else {}
                rounds_of[url].append(_get(url, headers, program, gets, expected=304 if known else 200))
        statements = (stage.statements(stage.server) - before) / sum(each.count for each in rounds_of[ours])
        rows.append(row(ground, title, rounds_of[ours], rounds_of[bare], statements=statements, requests=None))
    return rows


def _get(url: str, headers: dict[str, str], program: Running, gets: int, *, expected: int) -> Round:
    before = processor_seconds(program.pid)
    volley = fire([request("GET", url, headers=headers)] * gets, at_once=AT_ONCE, seconds=LONGEST)
    after = processor_seconds(program.pid)
    for reply in volley.replies:
        if reply.status != expected:
            raise BenchError(f"{url} answered {reply.status} in place of {expected}.")
    seconds = [reply.seconds for reply in volley.replies]
    return Round(
        count=len(seconds),
        seconds=volley.seconds,
        p50=percentile(seconds, 50),
        p95=percentile(seconds, 95),
        processor=None if before is None or after is None else after - before,
    )
