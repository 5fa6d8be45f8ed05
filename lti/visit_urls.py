"""Pages of a visit that only make sense on a platform."""

from django.urls import path

from .views import select

app_name = "lti-visit"
urlpatterns = [path("", select.select, name="select")]
