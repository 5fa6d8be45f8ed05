"""What launches and workers write: to be looked at, and changed by nobody."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from coexistence.courses.gradebook import Tally
from lti import figures
from lti.models import Context, LineItem, LtiUser, ResourceLink

from .grades import TALLY_COLUMNS, Tallied

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnly(ModelAdmin):
    """Rows that launches and workers write, and nobody else."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LtiUser)
class LtiUserAdmin(ReadOnly):
    list_display = ("sub", "participant", "registration")
    list_filter = ("registration",)
    search_fields = ("sub", "participant__name")
    list_select_related = ("participant", "registration")


@admin.register(Context)
class ContextAdmin(Tallied, ReadOnly):
    list_display = ("course", "context_id", "deployment", *TALLY_COLUMNS, "scores")
    search_fields = ("context_id", "course__title", "course__label")
    list_select_related = ("course", "deployment__registration")

    def tallies(self, ids: list[int]) -> Mapping[int, Tally]:
        """How many of the course's grades are where."""
        return figures.by_context(ids)

    @admin.display(description=_("grades"))
    def scores(self, context: Context) -> SafeString:
        address = f"{reverse('admin:lti_scoredelivery_changelist')}?line_item__resource_link__context={context.pk}"
        return format_html('<a href="{}">{}</a>', address, _("all"))


@admin.register(ResourceLink)
class ResourceLinkAdmin(ReadOnly):
    list_display = ("resource_link_id", "assignment", "context", "created_at")
    search_fields = ("resource_link_id", "assignment__title")
    list_select_related = ("assignment", "context")


@admin.register(LineItem)
class LineItemAdmin(ReadOnly):
    list_display = ("resource_link", "url", "gone")
    list_filter = ("gone",)
    list_select_related = ("resource_link",)
