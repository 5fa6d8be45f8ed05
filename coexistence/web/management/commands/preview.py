"""``manage.py preview FOLDER``: a unit in a browser while it is written."""

import os
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application

from coexistence.web.preview.desk import Desk, set_up

#: Set for the process that serves: it has a database of its own, which goes when it ends.
INSIDE = "COEXISTENCE_PREVIEW"
HOST = "127.0.0.1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class Command(BaseCommand):
    help = "Shows a unit in a browser on this machine, anew whenever a file is saved. Ctrl-C ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the unit's folder, such as fixtures/peaceful-coexistence")
        parser.add_argument("--with", type=Path, dest="own", help="a folder of your own that is laid over it")
        parser.add_argument("--port", type=int, default=8002, help="the port (default: 8002; 0: any that is free)")

    def handle(self, *args: Any, folder: Path, own: Path | None, port: int, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if os.environ.get(INSIDE):
            self._serve(Desk(folder=folder, own=own), port)
            return
        # Told to end in whatever way, it takes the process that serves along.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with tempfile.TemporaryDirectory(prefix="preview-") as kept:
            env = {**os.environ, INSIDE: "1", "COEXISTENCE_MODE": "demo", "DATA_DIR": kept}
            for name in ("DATABASE_URL", "CACHE_URL", "CELERY_BROKER_URL", "SECRET_KEY"):
                env.pop(name, None)
            command = [sys.executable, sys.argv[0], "preview", str(folder), "--port", str(port)]
            command += ["--with", str(own)] if own else []
            try:
                code = subprocess.run(command, env=env, check=False).returncode  # noqa: S603  # ourselves
            except KeyboardInterrupt:
                code = 0
        sys.exit(code)

    def _serve(self, desk: Desk, port: int) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        settings.ROOT_URLCONF = "coexistence.web.preview.urls"
        set_up(desk)
        desk.refresh()
        try:
            server = make_server(HOST, port, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
        except OSError as error:
            raise CommandError(f"Port {port} cannot be had ({error.strerror}); name another with --port.") from None
        with server:
            self.stdout.write(f"http://{HOST}:{server.server_port}/ shows {desk.folder}; Ctrl-C ends it.")
            self.stdout.flush()
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("")
