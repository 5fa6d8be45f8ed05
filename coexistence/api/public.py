"""What all views of the public API share: open to every origin, and answered with 304 where nothing has changed."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import exceptions, generics, pagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from coexistence.content import selectors
from coexistence.content.models import Unit

#: Where the code is that decides how content looks in an answer.
_CODE = (Path(__file__).parent, Path(__file__).parent.parent / "quiz" / "items")


class OpenToAll(APIView):
    """Any page on any site may read the answers: they are public, and no cookie plays a part in them."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag"
        if request.method == "OPTIONS":
            response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        return response


class Counted(pagination.BasePagination):
    """All of a list in one answer, with how many there are."""

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"count": len(data), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = {"count": {"type": "integer", "example": 9}, "results": schema}
        return {"type": "object", "required": ["count", "results"], "properties": properties}


class PublicView(OpenToAll, generics.GenericAPIView[Any]):
    """A GET that names its version first and is rendered only if the client does not have that one."""

    pagination_class: Any = Counted
    filter_backends: Any = ()
    parameters: frozenset[str] = frozenset()

    def respond(self, request: Request, *versions: str, language: str = "") -> HttpResponseBase:
        """The answer, or 304 (RFC 9110, section 13) if its strong ETag, made of ``versions``, is the client's."""
        etag = strong_etag(request, *versions)
        response = get_conditional_response(request._request, etag=etag) or self.represent(request)
        response["ETag"] = etag
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        if language:
            response["Content-Language"] = language
        return response

    def represent(self, request: Request) -> Response:
        """The answer in full; called only when it is needed."""
        raise NotImplementedError

    def listed(self, rows: Any) -> Response:
        """A list's answer, with its count."""
        serializer: BaseSerializer[Any] = self.get_serializer(rows, many=True)
        return self.get_paginated_response(serializer.data)

    def refuse_unknown_parameters(self, request: Request) -> None:
        """A mistyped filter would otherwise answer with everything, and nobody would notice."""
        unknown = sorted(set(request.query_params) - self.parameters)
        if unknown:
            known = ", ".join(sorted(self.parameters)) or _("none")
            said = _("Unknown parameter; this address takes: %(known)s.") % {"known": known}
            raise exceptions.ValidationError({name: [said] for name in unknown})


class UnitView(PublicView):
    """A GET about one unit, whose digest is its version: one query for a 304."""

    unit: Unit

    def get(self, request: Request, slug: str) -> HttpResponseBase:
        self.refuse_unknown_parameters(request)
        unit = selectors.unit_or_none(slug)
        if unit is None:
            said = _("There is no unit called %(slug)s; GET /api/v1/units/ lists those that exist.")
            raise exceptions.NotFound(said % {"slug": slug})
        self.unit = unit
        return self.respond(request, unit.digest, str(unit.revision), language=unit.language)


def strong_etag(request: Request, *versions: str) -> str:
    """An ETag for the address as asked in the request's language.

    Keyed with the installation's secret, which also decides the order of shuffled options in the answers.
    """
    parts = (request.get_full_path(), get_language() or "", _code_digest(), *versions)
    return f'"{salted_hmac("coexistence.api.etag", chr(0).join(parts), algorithm="sha256").hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def _code_digest() -> str:
    # An upgrade may answer the same content in another shape; no one has to remember to say so.
    hashed = hashlib.sha256()
    for path in sorted(path for folder in _CODE for path in folder.glob("*.py")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()
