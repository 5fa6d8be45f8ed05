"""What all course services share: refusals in the platform's own shape, the throttle, the day's trouble, the wire."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from lti.sandbox import troubles, wire
from lti.sandbox.errors import ServiceError
from lti.sandbox.manners import Manner
from lti.sandbox.platform import throttle, tokens
from lti.sandbox.troubles import Option
from lti.sandbox.views import page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Manner, P], HttpResponse]
SHOWN_HEADERS = ("Accept", "Content-Type")
TOLD_HEADERS = ("Content-Type", "Link", "Retry-After", "X-Request-Cost", "X-Rate-Limit-Remaining")


def service(kind: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """A service endpoint, told on the wire as ``kind``; there is no cross-site form check."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @csrf_exempt
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            manner = page.manner()
            headers = {name: request.headers[name] for name in SHOWN_HEADERS if name in request.headers}
            sent: dict[str, Any] = {"url": request.get_full_path(), "headers": headers}
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            headers["Authorization"] = f"{scheme} {wire.cut(token)}" if token else "none"
            if request.body:
                sent["body"] = wire.decoded(request.body)
            with wire.exchange(kind, f"{wire.KINDS[kind].title}: {request.method}", **sent) as tape:
                response, tape.refused = _answered(
                    request, manner, kind, lambda: view(request, manner, *args, **kwargs)
                )
                tape.status = response.status_code
                told = {name: response[name] for name in TOLD_HEADERS if name in response}
                tape.answered = {"headers": told, "body": wire.decoded(response.content)}
            return response

        return answer

    return decorate


def _answered(
    request: HttpRequest, manner: Manner, kind: str, carry_out: Callable[[], HttpResponse]
) -> tuple[HttpResponse, str]:
    """The answer, and why it is a refusal, if it is one."""
    trouble = troubles.chosen("gradebook")
    # The roster is no part of the gradebook, but has the same client and so the same allowance.
    if kind == "roster" and trouble.key != "throttled":
        trouble = Option(key="well", title="", effect="")
    if trouble.key == "down":
        page_of_proxy = "<!DOCTYPE html><title>Service Unavailable</title><p>Down for maintenance.</p>"
        return HttpResponse(page_of_proxy, status=503), "The gradebook is down (Trouble)."
    if trouble.seconds:
        time.sleep(trouble.seconds)
    tool = tokens.client(request.headers.get("Authorization", ""))
    throttled = trouble.key == "throttled"
    if throttled and not manner.is_canvas:
        response = HttpResponse("<!DOCTYPE html><title>Too Many Requests</title>", status=429)
        response["Retry-After"] = "3"
        return response, "Too many requests (Trouble). Moodle has no throttle, but who hosts it may have one."
    allowance = throttle.reserve(tool, exhausted=throttled) if manner.is_canvas and tool else None
    if allowance is not None and allowance.refused:
        return throttle.refusal(allowance), throttle.REFUSAL
    refused = ""
    try:
        response = carry_out()
    except ServiceError as error:
        response, refused = _refusal(request, error, manner), error.message
    if allowance is not None and tool is not None:
        response = throttle.tell(response, throttle.settle(tool))
    if trouble.key == "forgetful":
        return _dropped(request), "Carried out, but the connection was closed before the answer (Trouble)."
    return response, refused


def _dropped(request: HttpRequest) -> HttpResponse:
    """Close the connection without an answer; where the server does not let us, what a proxy in front would say."""
    connection = request.META.get("gunicorn.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    return HttpResponse("<!DOCTYPE html><title>Gateway Timeout</title>", status=504)


def _refusal(request: HttpRequest, error: ServiceError, manner: Manner) -> HttpResponse:
    if error.body is not None:
        body: Any = error.body
    elif manner.is_canvas:
        body = {"errors": {"type": error.code, "message": error.message}}
    elif error.code == "stale":
        # Seen on a real site: the refusal of an old score says nothing.
        body = []
    else:
        body = {
            "status": error.status,
            "reason": error.message,
            "request": {
                "method": request.method,
                "url": request.build_absolute_uri(),
                "accept": request.headers.get("Accept", ""),
                "contentType": request.headers.get("Content-Type", ""),
            },
        }
    response = HttpResponse(
        json.dumps(body) if body != "" else b"", status=error.status, content_type="application/json"
    )
    if error.status == 405:
        response["Allow"] = error.code
    return response
