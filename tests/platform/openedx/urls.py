"""The package's own addresses, where edx-platform mounts them, and the pages around them."""

from django.urls import include, path

from . import views

urlpatterns = [
    path("api/", include("lti_consumer.plugin.urls")),
    path("studio/activities", views.add_activity),
    path("studio/activities/<int:activity>", views.activity),
    path("sign-in/<str:name>", views.sign_in),
    path("course/<int:activity>", views.start),
    path("course/<int:activity>/select", views.select),
    path("gradebook/<int:activity>", views.gradebook),
]
