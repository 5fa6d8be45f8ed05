"""The addresses of a process that previews: its own, and those of the unit's pages."""

from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.frame, name="preview"),
    path("preview/state/", views.state, name="preview_state"),
    path("preview/troubles/", views.troubles, name="preview_troubles"),
    path("preview/items/", views.items, name="preview_items"),
    path("", include("coexistence.web.urls")),
]
