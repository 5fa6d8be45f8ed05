"""How the API is described in its OpenAPI document."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from . import problems

_ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304], description="Strong.")
_IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETags that you have.")


class Schema(AutoSchema):
    """Lists come whole, with their count, so they are not called paginated."""

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}List"


def described(name: str, summary: str, answer: Any, *, unit: bool = True) -> Any:
    """A class decorator: the view's GET is the operation ``name`` and answers with the serializer ``answer``."""
    responses: dict[Any, Any] = {
        # With its media type, as the problems have it: the document's maker takes the least key for the main answer.
        (200, "application/json"): answer,
        304: OpenApiResponse(description="You have it already."),
        (400, problems.MEDIA_TYPE): problems.ProblemSerializer,
    }
    if unit:
        responses[404, problems.MEDIA_TYPE] = problems.ProblemSerializer
    parameters = [_ETAG, _IF_NONE_MATCH]
    operation = extend_schema(
        operation_id=name, summary=summary, tags=["units"], parameters=parameters, responses=responses
    )
    return extend_schema_view(get=operation)
