"""Accounts, their sessions and their messages: of the administration at ``/admin/`` alone.

Learners, teachers and their platforms come without an account. No request of theirs pays for one, and a page outside
the administration that asked who is logged in would fail at once instead of mixing the two kinds of visitors.
"""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

PATH = "/admin/"

if TYPE_CHECKING:
    _Middleware = MiddlewareMixin
else:
    _Middleware = object


class _InAdministration(_Middleware):
    """Steps aside for every request that is not for the administration."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return super().__call__(request) if request.path_info.startswith(PATH) else self.get_response(request)


class Sessions(_InAdministration, SessionMiddleware):
    pass


class Accounts(_InAdministration, AuthenticationMiddleware):
    pass


class Messages(_InAdministration, MessageMiddleware):
    pass
