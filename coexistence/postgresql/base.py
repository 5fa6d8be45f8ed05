"""PostgreSQL for connections that are kept: a cheap look at whether one still stands, and prepared statements."""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

#: After a silence of so many seconds a firewall on the way may have dropped the connection without a word.
SILENCE = 60.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with psycopg's ``prepare_threshold`` (in ``OPTIONS``) for those statements that ask to be prepared."""

    health_check_enabled: bool
    health_check_done: bool
    _looked_at = 0.0

    def close_if_health_check_failed(self) -> None:
        """Ask the server whether it is there only if there is reason to, which saves a round trip a request.

        A server that has ended the connection has said so, and its words wait on the socket.
        """
        if self.health_check_enabled and not self.health_check_done and self.connection is not None:
            now = time.monotonic()
            self.health_check_done = now - self._looked_at < SILENCE and not self._has_news()
            self._looked_at = now
        super().close_if_health_check_failed()

    def _has_news(self) -> bool:
        """Whether anything has come in that nobody has asked for; also where the connection is closed already."""
        try:
            waiting = select.poll()
            waiting.register(self.connection.fileno(), select.POLLIN)
            return bool(waiting.poll(0))
        except psycopg.Error:
            return True

    def prepared_cursor(self) -> Any:
        """A cursor whose statements the server plans once for a connection, and not each time.

        Values are bound by the server, so it is for statements from which their types can be told.
        """
        if self.queries_logged:
            # Django can tell what was executed by cursors of its own only.
            return self.cursor()
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(base.ServerBindingCursor(self.connection))  # type: ignore[attr-defined,call-arg]
