"""The platform's endpoints that are not course services: configuration, keys, registration, authorization, tokens."""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lti.sandbox import troubles, visitor, wire
from lti.sandbox.errors import RegistrationError, ServiceError
from lti.sandbox.platform import keys, oidc, registration, tokens
from lti.sandbox.views import page


@require_safe
def openid_configuration(request: HttpRequest) -> HttpResponse:
    """Public on Moodle; on Canvas only with the token in its address."""
    manner = page.manner()
    try:
        with wire.exchange("configuration", url=request.get_full_path()) as tape:
            if manner.is_canvas:
                registration.check_token(request.GET.get("registration_token", ""))
                wire.passed("The address carries a registration token of this platform.")
            tape.status, tape.answered = 200, {"body": registration.configuration(manner)}
    except RegistrationError as error:
        return _registration_error(error)
    return JsonResponse(tape.answered["body"])


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:
    """The school's public keys; only Canvas says how long they may be kept."""
    found = keys.public_jwks()
    with wire.exchange("keys", url=request.get_full_path()) as tape:
        tape.status, tape.answered = 200, {"body": found}
    response = JsonResponse(found)
    if page.manner().is_canvas:
        response["Cache-Control"] = "max-age=864000, public"
    return response


@csrf_exempt
def register(request: HttpRequest) -> HttpResponse:
    """The registration endpoint (LTI Dynamic Registration section 3.5)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        with wire.exchange("registration", body=wire.decoded(request.body)) as tape:
            answer = registration.register(
                request.body, token=token.strip() if scheme.lower() == "bearer" else "", manner=page.manner()
            )
            tape.status, tape.answered = 200, {"body": answer}
    except RegistrationError as error:
        return _registration_error(error)
    return JsonResponse(answer)


def _registration_error(error: RegistrationError) -> HttpResponse:
    """Canvas answers in JSON, Moodle in plain words that call themselves HTML."""
    if page.manner().is_canvas:
        return JsonResponse({"errors": error.message.split("\n")}, status=error.status)
    return HttpResponse(f"{error.code}: {error.message}", status=error.status, content_type="text/html; charset=utf-8")


@csrf_exempt
@require_http_methods(["GET", "POST"])
@page.pages
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint. Moodle meets a post without its cookie with a page that posts it to itself."""
    params = request.GET if request.method == "GET" else request.POST
    manner = page.manner()
    person = visitor.signed_in_person(request, manner)
    if manner.is_moodle and person is None and request.method == "POST" and not params.get("repost"):
        fields = {name: params[name] for name in params}
        return page.post_form(
            request, oidc.FormPost(request.path, {**fields, "repost": "1"}), waiting="Opening the activity…"
        )
    form = oidc.authorize({name: params[name] for name in params}, person=person, manner=manner)
    return page.post_form(request, form, waiting="Opening the activity…")


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """The token endpoint. Moodle's JSON calls itself HTML."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    manner = page.manner()
    content_type = "text/html; charset=utf-8" if manner.is_moodle else "application/json"
    params = {name: request.POST[name] for name in request.POST}
    try:
        with wire.exchange("token", form=tokens.unverified(params)) as tape:
            if troubles.chosen("tokens").key == "down":
                raise ServiceError(503, "The token endpoint is down (Trouble).", code="temporarily_unavailable")
            granted = tokens.grant(params, manner)
            tape.status = 200
            tape.answered = {"expires_in": tokens.TOKEN_SECONDS, "scope": " ".join(granted.scopes)}
            tape.answered |= {"access_token": granted.token}
    except ServiceError as error:
        body = {"error": error.code, "error_description": error.message}
        return page.uncached(HttpResponse(json.dumps(body), status=error.status, content_type=content_type))
    answer = {
        "access_token": granted.token,
        "token_type": "Bearer",
        "expires_in": tokens.TOKEN_SECONDS,
        "scope": " ".join(granted.scopes),
    }
    return page.uncached(HttpResponse(json.dumps(answer), content_type=content_type))
