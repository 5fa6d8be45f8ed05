"""What workers do for the quiz."""

from django.utils import timezone

from coexistence.celery import app

from . import attempts


@app.task(name="coexistence.quiz.tasks.finalise")
def finalise() -> None:
    """Close the attempts whose time is over and that nobody submitted."""
    attempts.finalise(now=timezone.now())
