"""What workers do; a message says no more than where to look."""

from django.utils import timezone

from coexistence.celery import app

from . import attention as attending
from . import cleaning, columns, grades, reconcile
from .protocol import keysets

#: Seconds after which a bell says nothing that the sweep has not said since.
STALE = 600


@app.task(name="lti.tasks.deliver", expires=STALE)
def deliver(registration_id: int) -> None:
    """Send what is due at one registration."""
    grades.deliver(registration_id=registration_id)


@app.task(name="lti.tasks.check", expires=STALE)
def check(registration_id: int) -> None:
    """Read back what is due at one registration."""
    reconcile.check(registration_id=registration_id)


@app.task(name="lti.tasks.find_column", expires=STALE)
def find_column(line_item_id: int) -> None:
    """Find or make the gradebook column of one line item."""
    columns.find_or_make(line_item_id=line_item_id)


@app.task(name="lti.tasks.sweep")
def sweep() -> None:
    """Find what no bell announced, and clear away what has expired."""
    now = timezone.now()
    grades.sweep(now=now)
    reconcile.sweep(now=now)
    columns.sweep(now=now)
    cleaning.clean(now=now)


@app.task(name="lti.tasks.attention")
def attention() -> None:
    """Tell the operator of scores that wait for a person."""
    attending.tell(now=timezone.now())


@app.task(name="lti.tasks.refresh_keys")
def refresh_keys() -> None:
    """Fetch the platforms' key sets that have gone stale, so that no launch has to."""
    keysets.refresh_stale(now=timezone.now())
