"""What the school answers when it refuses something. Every refusal says what to change."""

from typing import Any


class ServiceError(Exception):
    """A service call refused with ``status``; ``code`` is the platform's word for it.

    ``body`` is what the platform answers (JSON) where that is not its usual shape of errors; an empty text is no body.
    """

    def __init__(self, status: int, message: str, *, code: str = "", body: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.body = body


class PageError(Exception):
    """A browser request refused with the school's own error page."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class TokenRefusedError(Exception):
    """A JWT of the tool refused; the sentence names the claim or header at fault."""


class RegistrationError(Exception):
    """A client registration refused: ``code`` as the platform spells it, ``message`` in words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
