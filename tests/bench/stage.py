"""Everything that a measurement needs on one ground: the tool, its worker, the platform and the floor, and their rows.

Runs in a process whose environment is the tool's (``ground.prepared``), so that its Django is the tool's, too.
"""

import json
import os
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lti.demo.programs import serve, work
from tests.ports import free_port

from . import counting
from .processes import Running, answers, module

CLIENT_ID, DEPLOYMENT_ID, KEY_ID = "bench", "1", "platform"
UNIT = Path(__file__).resolve().parents[2] / "fixtures" / "peaceful-coexistence"


@dataclass(frozen=True)
class Stage:
    """Addresses, the platform's key, and the programs to look at."""

    tool: str
    floor: str
    platform: str
    key: rsa.RSAPrivateKey
    document: Path
    server: Running
    worker: Running
    bare: Running
    _statements: Path

    def statements(self, program: Running) -> int:
        """How many SQL statements the program's processes have made so far."""
        return counting.total(self._statements / program.name)

    def begin(self, *, latency: float = 0) -> None:
        """Let the platform count from nothing, and take ``latency`` ms for a score."""
        post = urllib.request.Request(f"{self.platform}/begin?latency={latency}", method="POST")
        urllib.request.urlopen(post, timeout=10).close()

    def count(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.platform}/count", timeout=10) as answer:
            counted: dict[str, Any] = json.load(answer)
        return counted


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Prepare the rows, start all programs, and stop them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keys, document = folder / "keys.json", folder / "document.json"
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    jwk = {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": KEY_ID, "alg": "RS256", "use": "sig"}
    keys.write_text(json.dumps({"keys": [jwk]}))
    ports = {name: free_port() for name in ("tool", "floor", "platform")}
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    _prepare(addresses["platform"])

    with ExitStack() as running:
        # Last of all: a worker that lost its queue would make it again.
        running.callback(_forget_queue)

        def start(name: str, command: tuple[str, ...], **env: str) -> Running:
            program = Running(name, command, env={**os.environ, **env}, log=folder / f"{name}.log")
            running.callback(program.stop)
            return program

        def counted(name: str) -> str:
            (folder / "statements" / name).mkdir(parents=True)
            return str(folder / "statements" / name)

        platform = start("platform", module("tests.bench.platform", str(ports["platform"]), str(keys)))
        tool = start("tool", serve("coexistence.wsgi:application", ports["tool"]), BENCH_STATEMENTS=counted("tool"))
        worker = start("worker", work(), BENCH_STATEMENTS=counted("worker"))
        platform.wait_until(lambda: answers(f"{addresses['platform']}/count"))
        tool.wait_until(lambda: answers(f"{addresses['tool']}/healthz"))
        # The floor of the API serves the same bytes as the tool.
        with urllib.request.urlopen(f"{addresses['tool']}/api/v1/units/{UNIT.name}/timeline/", timeout=30) as answer:
            document.write_bytes(answer.read())
        floor = start(
            "floor",
            serve("tests.bench.floor:application", ports["floor"]),
            BENCH_KEYS=str(keys),
            BENCH_DOCUMENT=str(document),
        )
        floor.wait_until(lambda: answers(f"{addresses['floor']}/document/"))
        yield Stage(
            tool=addresses["tool"],
            floor=addresses["floor"],
            platform=addresses["platform"],
            key=key,
            document=document,
            server=tool,
            worker=worker,
            bare=floor,
            _statements=folder / "statements",
        )


def _prepare(platform: str) -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from lti.models import Deployment, Registration
    from lti.protocol.keys import ensure_tool_key

    call_command("migrate", verbosity=0, interactive=False)
    with Path(os.devnull).open("w") as nowhere:
        call_command("load_content", str(UNIT), stdout=nowhere)
    ensure_tool_key()
    registration = Registration.objects.create(
        name="Bench",
        issuer=platform,
        client_id=CLIENT_ID,
        auth_url=f"{platform}/auth",
        token_url=f"{platform}/token",
        jwks_url=f"{platform}/jwks",
    )
    Deployment.objects.create(registration=registration, deployment_id=DEPLOYMENT_ID, state=Deployment.State.ACTIVE)
    connections.close_all()


def _forget_queue() -> None:
    """Take this run's queue from a broker that would keep it; the broker of files goes with its folder."""
    from django.conf import settings

    from coexistence.celery import app

    name = settings.CELERY_TASK_DEFAULT_QUEUE
    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.queue_delete(name)
        if connection.transport.driver_type == "amqp":
            channel.exchange_delete(name)
