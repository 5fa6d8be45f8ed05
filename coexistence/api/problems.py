"""What is answered when something is wrong: a problem document (RFC 9457) whose ``detail`` says what to change."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

MEDIA_TYPE = "application/problem+json"


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457, section 3."""

    type = serializers.CharField(help_text="Always about:blank: the status says what kind of problem it is.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What to change.")
    parameters = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="For 400: what is wrong with each parameter of the query.",
    )


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to ``error``; ``None`` for what is a fault of ours. DRF calls it (``EXCEPTION_HANDLER``)."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    wrong: dict[str, list[str]] = {}
    if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict):
        wrong = _wrong(error.detail)
        detail = " ".join(f"{name}: {' '.join(said)}" for name, said in wrong.items())
    elif isinstance(error, exceptions.MethodNotAllowed):
        detail = _("This API is only read: use GET, HEAD or OPTIONS.")
    elif isinstance(error, exceptions.NotAcceptable):
        detail = _("Answers are JSON: leave the Accept header out, or let it allow application/json.")
    else:
        detail = str(error.detail)
    body = {
        "type": "about:blank",
        "title": _titles().get(error.status_code, error.default_code),
        "status": error.status_code,
        "detail": detail,
        **({"parameters": wrong} if wrong else {}),
    }
    return Response(body, status=error.status_code, content_type=MEDIA_TYPE)


def _wrong(detail: dict[str, Any]) -> dict[str, list[str]]:
    general = api_settings.NON_FIELD_ERRORS_KEY
    return {
        (name if name != general else "query"): [str(one) for one in (said if isinstance(said, list) else [said])]
        for name, said in detail.items()
    }


def _titles() -> dict[int, str]:
    return {
        400: _("A parameter is wrong"),
        404: _("Not found"),
        405: _("Method not allowed"),
        406: _("Not acceptable"),
    }
