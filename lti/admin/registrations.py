"""Registrations with what is wrong with them, and deployments, which are approved or refused by one button."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from coexistence.courses.gradebook import Tally
from lti import checkup, figures
from lti.addresses import Addresses
from lti.doctor import WHOSE_NAME
from lti.models import Deployment, PlatformKeySet, Registration
from lti.protocol import keysets

from .grades import TALLY_COLUMNS, Tallied

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline

NOTHING = "—"


def _decide(deployment: Deployment) -> SafeString | str:
    """Buttons of a form of their own, elsewhere on the page: one click, and no script."""
    if not deployment.pk:
        return NOTHING
    offered = {
        Deployment.State.ACTIVE: (("refuse", _("Refuse")),),
        Deployment.State.REFUSED: (("approve", _("Approve")),),
        Deployment.State.PENDING: (("approve", _("Approve")), ("refuse", _("Refuse"))),
    }[Deployment.State(deployment.state)]
    return format_html_join(
        " ",
        '<button type="submit" class="button" form="at-once" formaction="{}">{}</button>',
        ((reverse(f"admin:lti_deployment_{name}", args=[deployment.pk]), label) for name, label in offered),
    )


class DeploymentInline(TabularInline):
    model = Deployment
    extra = 0
    fields = ("deployment_id", "state", "decide", "created_at")
    readonly_fields = ("decide", "created_at")

    @admin.display(description=_("decide"))
    def decide(self, deployment: Deployment) -> SafeString | str:
        return _decide(deployment)


@admin.register(Registration)
class RegistrationAdmin(Tallied):
    list_display = ("name", "issuer", "client_id", "platform", "active", *TALLY_COLUMNS)
    list_filter = ("active", "platform")
    search_fields = ("name", "issuer", "client_id")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = (DeploymentInline,)
    readonly_fields = ("findings", "key_set_state", "own_values", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "active", "platform", "deployment_policy", "created_at")}),
        (_("How it is doing"), {"fields": ("findings", "key_set_state")}),
        (
            _("What the platform says"),
            {"fields": ("issuer", "client_id", "auth_url", "token_url", "jwks_url", "audience")},
        ),
        (_("What the platform is told"), {"fields": ("own_values",)}),
    )

    def tallies(self, ids: list[int]) -> Mapping[int, Tally]:
        """How many of the registration's grades are where."""
        return figures.by_registration(ids)

    def get_urls(self) -> list[URLPattern]:
        fetch = self.admin_site.admin_view(require_POST(self.fetch_keys))
        return [path("<int:pk>/keys/", fetch, name="lti_registration_keys"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # For what is shown of our own addresses, which depend on how we are reached.
        self._addresses = Addresses.of(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("to look at"))
    def findings(self, registration: Registration) -> SafeString | str:
        """What the doctor sees."""
        if not registration.pk:
            return NOTHING
        found = checkup.examine(registration, now=timezone.now())
        if not found:
            return str(_("Nothing is wrong."))
        return format_html(
            "<ul>{}</ul>",
            format_html_join(
                "",
                "<li>{}{} <small>{}</small></li>",
                ((f"{each.count} × " if each.count else "", each.text, WHOSE_NAME[each.whose]) for each in found),
            ),
        )

    @admin.display(description=_("public keys"))
    def key_set_state(self, registration: Registration) -> SafeString | str:
        """How many keys there are, since when, and a button to fetch them now."""
        if not registration.pk:
            return NOTHING
        keys = PlatformKeySet.objects.filter(registration=registration).first()
        if keys is None or keys.tried_at is None:
            said = str(_("Not fetched yet; the first launch does that."))
        elif keys.fetched_at is None:
            said = str(_("Never fetched; last tried %(tried)s.")) % {"tried": _time(keys.tried_at)}
        else:
            said = str(_("%(number)s, fetched %(fetched)s, good until %(until)s; last tried %(tried)s.")) % {
                "number": len(keys.keys),
                "fetched": _time(keys.fetched_at),
                "until": _time(keys.fresh_until),
                "tried": _time(keys.tried_at),
            }
        return format_html(
            '{} <button type="submit" class="button" form="at-once" formaction="{}">{}</button>',
            said,
            reverse("admin:lti_registration_keys", args=[registration.pk]),
            _("Fetch now"),
        )

    @admin.display(description=_("our addresses"))
    def own_values(self, registration: Registration) -> SafeString:
        """What to copy into the platform."""
        ours = self._addresses
        return format_html(
            '<p>{}</p><p><code>{}</code><br><code>{}</code><br><code>{}</code></p><p><a href="{}">{}</a></p>',
            _("Launch and redirect, login, key set:"),
            ours.launch,
            ours.login,
            ours.jwks,
            ours.configuration,
            _("Every value, by the platform's own form"),
        )

    def fetch_keys(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Fetch the platform's keys now, and say how it went."""
        registration = get_object_or_404(Registration, pk=pk)
        if not self.has_change_permission(request, registration):
            raise PermissionDenied
        now = timezone.now()
        PlatformKeySet.objects.update_or_create(registration=registration, defaults={"tried_at": now})
        if keysets.refresh(registration, now=now):
            self.message_user(request, _("The keys were fetched."), "success")
        else:
            self.message_user(request, _("The keys could not be fetched: check the key set URL."), "error")
        return HttpResponseRedirect(reverse("admin:lti_registration_change", args=[pk]))


@admin.register(Deployment)
class DeploymentAdmin(ModelAdmin):
    list_display = ("deployment_id", "registration", "state", "decide", "created_at")
    list_filter = ("state", "registration")
    search_fields = ("deployment_id",)
    list_select_related = ("registration",)
    readonly_fields = ("registration", "deployment_id", "created_at")
    actions = ("approve", "refuse")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        decisions = (("approve", Deployment.State.ACTIVE), ("refuse", Deployment.State.REFUSED))
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(require_POST(self.decision)),
                    {"state": state},
                    name=f"lti_deployment_{name}",
                )
                for name, state in decisions
            ),
            *super().get_urls(),
        ]

    @admin.display(description=_("decide"))
    def decide(self, deployment: Deployment) -> SafeString | str:
        return _decide(deployment)

    def decision(self, request: HttpRequest, pk: int, state: Deployment.State) -> HttpResponse:
        """One deployment, approved or refused; back to its registration, where the rest of it stands."""
        deployment = get_object_or_404(Deployment.objects.select_related("registration"), pk=pk)
        if not self.has_change_permission(request, deployment):
            raise PermissionDenied
        self._set(request, Deployment.objects.filter(pk=pk), state)
        self.log_change(request, deployment, str(state.label))
        return HttpResponseRedirect(reverse("admin:lti_registration_change", args=[deployment.registration_id]))

    @admin.action(description=_("Approve: let these deployments launch"))
    def approve(self, request: HttpRequest, queryset: QuerySet[Deployment]) -> None:
        self._set(request, queryset, Deployment.State.ACTIVE)

    @admin.action(description=_("Refuse: let these deployments launch no more"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Deployment]) -> None:
        self._set(request, queryset, Deployment.State.REFUSED)

    def _set(self, request: HttpRequest, queryset: QuerySet[Deployment], state: Deployment.State) -> None:
        changed = queryset.update(state=state)
        self.message_user(
            request, _("%(number)s deployments are %(state)s now.") % {"number": changed, "state": state.label}
        )


def _time(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i T") if moment else NOTHING
