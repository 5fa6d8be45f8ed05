"""Where grades are, for the operator: tallies beside registrations and courses, and the outbox with its ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from coexistence.courses.gradebook import Tally
from lti.models import ScoreDelivery, ScoreRequest
from lti.wording import sentence

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline

TALLY_COLUMNS = ("waiting", "oldest_waiting", "kept", "delivered", "stuck")


class Tallied(ModelAdmin):
    """A list whose rows say how many grades are where; ``tallies`` gives them for a page's rows, by id."""

    def tallies(self, ids: list[int]) -> Mapping[int, Tally]:
        raise NotImplementedError

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list's page, each row with its tally: the same number of queries for any length."""
        page = super().get_changelist_instance(request)
        rows = list(page.result_list)
        found = self.tallies([row.pk for row in rows])
        for row in rows:
            row.tally = found.get(row.pk, Tally(""))
        page.result_list = rows
        return page

    @admin.display(description=_("grades waiting"))
    def waiting(self, row: Any) -> int:
        tally: Tally = row.tally
        return tally.waiting

    @admin.display(description=_("oldest waiting since"))
    def oldest_waiting(self, row: Any) -> datetime | None:
        tally: Tally = row.tally
        return tally.oldest_waiting

    @admin.display(description=_("waiting for a date, a release or a column"))
    def kept(self, row: Any) -> SafeString:
        tally: Tally = row.tally
        return format_html_join(", ", "{} {}", [(number, code or "–") for code, number in sorted(tally.kept.items())])

    @admin.display(description=_("delivered"))
    def delivered(self, row: Any) -> int:
        tally: Tally = row.tally
        return tally.delivered

    @admin.display(description=_("needs a person"))
    def stuck(self, row: Any) -> SafeString:
        tally: Tally = row.tally
        lines = [(number, state, code or "–") for (state, code), number in sorted(tally.stuck.items())]
        return format_html_join(", ", "{} {}: {}", lines)


class ScoreRequestInline(TabularInline):
    """The ledger of one score: what was sent, and what came back."""

    model = ScoreRequest
    extra = 0
    can_delete = False
    ordering = ("-sent_at", "-pk")
    fields = readonly_fields = (
        "sent_at",
        "outcome",
        "status",
        "score",
        "maximum",
        "revision",
        "stamp",
        "milliseconds",
        "answer",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ScoreDelivery)
class ScoreDeliveryAdmin(ModelAdmin):
    """The outbox, site-wide: filtered by registration and state, found by person, course or assignment."""

    list_display = (
        "id",
        "state",
        "code",
        "who",
        "assignment",
        "wanted_score",
        "acknowledged_score",
        "seen_score",
        "wanted_at",
        "next_try_at",
    )
    list_filter = ("state", "code", "registration")
    list_select_related = ("user__participant", "line_item__resource_link__assignment__course")
    search_fields = (
        "user__sub",
        "user__participant__name",
        "line_item__resource_link__assignment__title",
        "line_item__resource_link__assignment__course__title",
        "line_item__resource_link__assignment__course__label",
    )
    # Counting all of them for a page that shows a hundred is of use to nobody.
    show_full_result_count = False
    date_hierarchy = None
    inlines = (ScoreRequestInline,)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Where the score is in words, and then the row as it stands."""
        return ["in_words", *(name for name in super().get_fields(request, obj) if name != "in_words")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The sentence is no field of the row's."""
        return ("in_words",)

    @admin.display(description=_("in words"))
    def in_words(self, row: ScoreDelivery) -> str:
        return sentence(row)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Links from the courses' list lead here by the course."""
        return lookup == "line_item__resource_link__context" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("who"))
    def who(self, row: ScoreDelivery) -> str:
        return str(row.user.participant)

    @admin.display(description=_("assignment"))
    def assignment(self, row: ScoreDelivery) -> str:
        assignment = row.line_item.resource_link.assignment
        return f"{assignment} · {assignment.course}"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
