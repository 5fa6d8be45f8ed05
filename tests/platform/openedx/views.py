"""The pages around the consumer: Studio, where a block is set up; the course, where it is opened; the gradebook."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from lti_consumer import api
from lti_consumer.data import Lti1p3LaunchData
from lti_consumer.models import Lti1p3Passport, LtiConfiguration
from opaque_keys.edx.keys import UsageKey

from . import edx


def _launch_data(config: LtiConfiguration, user: Any, **more: Any) -> Lti1p3LaunchData:
    """What the block passes to its consumer when somebody opens it."""
    return Lti1p3LaunchData(
        user_id=user.id,
        user_role="instructor" if user.is_staff else "student",
        config_id=config.config_id,
        resource_link_id=str(config.location),
        external_user_id=edx.external_id(user),
        name=user.get_full_name(),
        preferred_username=user.username,
        email=user.email,
        launch_presentation_document_target="iframe",
        context_id=edx.COURSE,
        context_type=["course_offering"],
        context_title="A history course",
        context_label="HIST101",
        **more,
    )


@csrf_exempt
def add_activity(request: HttpRequest) -> HttpResponse:
    """Set up a block for the tool at ``login_url``, ``launch_url``, ``keys_url``; the answer is what Studio shows."""
    wanted = json.loads(request.body)
    number = LtiConfiguration.objects.count() + 1
    # The blocks of a course share one client of the tool, and the platform's keys with it.
    passport, _ = Lti1p3Passport.objects.get_or_create(lti_1p3_tool_keyset_url=wanted["keys_url"])
    config = LtiConfiguration.objects.create(
        version=LtiConfiguration.LTI_1P3,
        config_store=LtiConfiguration.CONFIG_ON_DB,
        location=UsageKey.from_string(f"block-v1:Loopback+HIST101+2026+type@lti_consumer+block@activity{number}"),
        lti_1p3_passport=passport,
        lti_1p3_oidc_url=wanted["login_url"],
        lti_1p3_launch_url=wanted["launch_url"],
        lti_advantage_deep_linking_enabled=True,
        lti_advantage_deep_linking_launch_url=wanted["launch_url"],
    )
    shown = api.get_lti_1p3_launch_info(_launch_data(config, get_user_model()(username="author", is_staff=True)))
    return JsonResponse({"activity": config.pk, "issuer": settings.SITE_URL, **shown}, status=201)


def activity(request: HttpRequest, activity: int) -> HttpResponse:
    """What deep linking has left in the block."""
    config = get_object_or_404(LtiConfiguration, pk=activity)
    items = [
        {"id": item.pk, "type": item.content_type, **item.attributes} for item in config.ltidlcontentitem_set.all()
    ]
    return JsonResponse({"location": str(config.location), "items": items})


def sign_in(request: HttpRequest, name: str) -> HttpResponse:
    """Become ``name``, who is made if there is nobody so called; staff where the name begins with ``teacher``."""
    user, _ = get_user_model().objects.get_or_create(
        username=name,
        defaults={
            "first_name": name.capitalize(),
            "last_name": "Example",
            "email": f"{name}@school.example",
            "is_staff": name.startswith("teacher"),
        },
    )
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return JsonResponse({"external_id": edx.external_id(user)})


def start(request: HttpRequest, activity: int) -> HttpResponse:
    """Open the block: the item that deep linking has left in it, or the tool as it is."""
    config = get_object_or_404(LtiConfiguration, pk=activity)
    return HttpResponseRedirect(api.get_lti_1p3_content_url(_launch_data(config, request.user)))


def select(request: HttpRequest, activity: int) -> HttpResponse:
    """Open the tool's picker for the block, as Studio does."""
    config = get_object_or_404(LtiConfiguration, pk=activity)
    data = _launch_data(config, request.user)
    return HttpResponseRedirect(api.get_lti_1p3_launch_start_url(data, deep_link_launch=True))


def gradebook(request: HttpRequest, activity: int) -> HttpResponse:
    """The share of the full mark of everyone who has one, by user name."""
    config = get_object_or_404(LtiConfiguration, pk=activity)
    here = str(config.location)
    return JsonResponse({name: share for (location, name), share in edx.GRADES.items() if location == here})
