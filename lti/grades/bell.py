"""The bell that wakes a worker. It may go unheard: what is to be done stands in the database."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

log = logging.getLogger(__name__)

#: A retry that is due within this time is rung for; later ones are left to the sweep.
SOON = timedelta(seconds=60)


def ring(registration_id: int, *, at: datetime) -> None:
    """Wake a worker for the registration at ``at``, once the present transaction has committed.

    Never raises, and never waits: one try with a short time-out. A bell that is not heard is made good by the sweep.
    """
    transaction.on_commit(lambda: _ring(registration_id, at), robust=True)


def _ring(registration_id: int, at: datetime) -> None:
    strike("deliver", registration_id, at)


def wake(task: str, key: int, *, at: datetime) -> None:
    """Like ``ring``, for another of the tasks (its name in ``lti.tasks``)."""
    transaction.on_commit(lambda: strike(task, key, at), robust=True)


def strike(task: str, key: int, at: datetime) -> None:
    """Send the message for a task now, whatever transaction is open."""
    from lti import tasks

    wait = max((at - timezone.now()).total_seconds(), 0.0)
    if wait > SOON.total_seconds():
        return
    try:
        getattr(tasks, task).apply_async((key,), countdown=wait)
    except Exception as error:
        # Whatever the broker's client raises: the score is safe, and whoever submitted must not notice. Its text may
        # hold the broker's password.
        log.warning("The bell %s of %s could not be rung: %s", task, key, type(error).__name__)
