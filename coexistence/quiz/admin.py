"""Attempts as they are stored, for looking at: ``attempts`` is the only code that changes them."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from .models import Attempt, Response

if TYPE_CHECKING:
    AttemptAdminBase = admin.ModelAdmin[Attempt]
    ResponseInlineBase = admin.TabularInline[Response, Attempt]
else:
    AttemptAdminBase = admin.ModelAdmin
    ResponseInlineBase = admin.TabularInline


class ResponseInline(ResponseInlineBase):
    model = Response
    fields = readonly_fields = (
        "position",
        "revision",
        "points",
        "answer",
        "sequence",
        "saved_at",
        "score",
        "explanation",
    )
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Attempt | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Attempt | None = None) -> bool:
        return False


@admin.register(Attempt)
class AttemptAdmin(AttemptAdminBase):
    list_display = ("assignment", "enrollment", "number", "state", "is_preview", "score", "maximum", "submitted_at")
    list_filter = ("state", "is_preview")
    list_select_related = ("assignment", "enrollment__participant", "enrollment__course")
    search_fields = ("enrollment__participant__name", "assignment__title")
    inlines = (ResponseInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Attempt | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Attempt | None = None) -> bool:
        return False
