"""Invitations: making one shows its link, this once."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lti import invitations
from lti.addresses import Addresses
from lti.models import Invitation

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Invitation]
else:
    ModelAdmin, ModelForm = admin.ModelAdmin, forms.ModelForm


class NewInvitation(ModelForm):
    """What an operator says of a new invitation; everything else is ours to fill in."""

    days = forms.IntegerField(min_value=1, max_value=365, initial=invitations.LIFETIME.days, label=_("good for (days)"))

    class Meta:
        model = Invitation
        fields = ("note", "asks_names")


@admin.register(Invitation)
class InvitationAdmin(ModelAdmin):
    list_display = ("__str__", "asks_names", "expires_at", "state", "registration", "created_at")
    list_select_related = ("registration",)
    search_fields = ("note",)
    fields = ("note", "asks_names", "state", "expires_at", "registration", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> str:
        """Whether it can still be used."""
        if invitation.spent_at is not None:
            return str(_("used"))
        return str(_("expired") if invitation.expires_at <= timezone.now() else _("open"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A form, and after it the link: its token is kept nowhere, so it is shown here and never again."""
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        form = NewInvitation(request.POST or None)
        context = {**self.admin_site.each_context(request), "title": _("Invite a platform"), "opts": self.opts}
        if request.method == "POST" and form.is_valid():
            invitation, token = invitations.invite(
                note=form.cleaned_data["note"],
                names=form.cleaned_data["asks_names"],
                lifetime=timedelta(days=form.cleaned_data["days"]),
                now=timezone.now(),
            )
            self.log_addition(request, invitation, str(_("Made.")))
            link = Addresses.of(request).invitation(token)
            response = TemplateResponse(
                request, "admin/lti/invited.html", context | {"link": link, "invitation": invitation}
            )
        else:
            response = TemplateResponse(request, "admin/lti/invite.html", context | {"form": form})
        return response
