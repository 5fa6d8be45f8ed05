"""Every address of the tool. ``lti`` is named by string: the project knows no platform."""

from django.contrib import admin
from django.urls import include, path

from coexistence import administration, observability

urlpatterns = [
    path(administration.PATH.removeprefix("/"), admin.site.urls),
    path("api/v1/", include("coexistence.api.urls")),
    path("lti/", include("lti.urls")),
    path("l/<str:launch>/select/", include("lti.visit_urls")),
    path("livez", observability.livez),
    path("healthz", observability.healthz),
    path("metrics", observability.metrics),
    path("", include("coexistence.web.urls")),
]
