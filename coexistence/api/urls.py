"""The addresses under ``/api/v1/``."""

from django.urls import path, re_path

from . import views

app_name = "api"
urlpatterns = [
    path("schema/", views.SchemaView.as_view(), name="schema"),
    path("units/", views.UnitsView.as_view(), name="units"),
    path("units/<slug:slug>/", views.UnitDetailView.as_view(), name="unit"),
    path("units/<slug:slug>/lesson/", views.LessonView.as_view(), name="lesson"),
    path("units/<slug:slug>/timeline/", views.TimelineView.as_view(), name="timeline"),
    path("units/<slug:slug>/people/", views.PeopleView.as_view(), name="people"),
    path("units/<slug:slug>/glossary/", views.GlossaryView.as_view(), name="glossary"),
    path("units/<slug:slug>/quiz/", views.QuizView.as_view(), name="quiz"),
    # Only with a slash at the end: an address that lacks nothing but that is still redirected to the right one.
    re_path(r"^(?:.*/)?$", views.NothingView.as_view()),
]
