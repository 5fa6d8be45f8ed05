"""What cannot be done with an attempt, in words for whoever tried."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext


class AttemptError(Exception):
    """Something that cannot be done with an attempt. ``code`` is stable; the text is for the person who tried."""

    code: str


class StartRefusedError(AttemptError):
    """No attempt can be begun now. ``again_at`` says from when on one can, where the clock decides that."""

    again_at: datetime | None = None


class NoAttemptsLeftError(StartRefusedError):
    """All attempts that the assignment allows have been used."""

    code = "no_attempts_left"

    def __init__(self) -> None:
        super().__init__(gettext("You have used all attempts of this quiz."))


class NotOpenYetError(StartRefusedError):
    """The quiz opens later."""

    code = "not_open_yet"

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        super().__init__(gettext("This quiz opens on %(time)s.") % {"time": _said(again_at)})


class QuizClosedError(StartRefusedError):
    """The quiz takes no attempts any more."""

    code = "closed"

    def __init__(self) -> None:
        super().__init__(gettext("This quiz has closed; no attempt can be begun any more."))


class WaitError(StartRefusedError):
    """The time between two attempts is not over."""

    code = "wait"

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        super().__init__(gettext("You may begin the next attempt on %(time)s.") % {"time": _said(again_at)})


class AccessCodeError(StartRefusedError):
    """The quiz asks for a code, and this was not it."""

    code = "access_code"

    def __init__(self) -> None:
        super().__init__(gettext("This quiz asks for an access code. Write the one that your teacher has given you."))


class QuizUnavailableError(StartRefusedError):
    """The assignment has no quiz, or none that can be taken."""

    code = "quiz_unavailable"

    def __init__(self) -> None:
        super().__init__(gettext("This quiz cannot be taken at present. Your teacher has to choose another one."))


class AttemptNotFoundError(AttemptError):
    """There is no such attempt of this person."""

    code = "attempt_not_found"

    def __init__(self) -> None:
        super().__init__(gettext("This attempt does not exist."))


class AttemptClosedError(AttemptError):
    """The attempt has been submitted; nothing more can be saved in it."""

    code = "attempt_closed"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or gettext("This attempt has been submitted already; its answers can no longer change.")
        )


class TimeUpError(AttemptClosedError):
    """The attempt's time was over when this came. It has been submitted with what was saved before."""

    code = "time_up"

    def __init__(self) -> None:
        super().__init__(
            gettext("The time was over; the attempt has been submitted with the answers saved until then.")
        )


class NothingCheckedError(AttemptError):
    """This answer cannot be checked before the attempt is submitted: none was given, or nothing would be shown."""

    code = "nothing_checked"

    def __init__(self) -> None:
        super().__init__(gettext("This answer cannot be checked before you submit the quiz."))


class AdjustmentError(AttemptError):
    """A score that cannot be set so. ``code``: ``score``, ``reason``, ``open``, ``no_such_item``, ``nothing``."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class RegradeError(AttemptError):
    """A regrade that cannot be done. ``code``: ``type``, ``reason`` or ``no_such_item``."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def _said(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
