"""Courses, who takes part in them and what is placed there, for looking at: launches and rosters write these rows."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from .models import Assignment, Course, Enrollment

if TYPE_CHECKING:
    ModelAdminBase = admin.ModelAdmin[Any]
else:
    ModelAdminBase = admin.ModelAdmin


class ReadOnly(ModelAdminBase):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Course)
class CourseAdmin(ReadOnly):
    list_display = ("title", "label", "created_at")
    search_fields = ("title", "label")


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnly):
    list_display = ("participant", "course", "roles", "is_test", "was_staff")
    list_filter = ("is_test", "was_staff")
    list_select_related = ("participant", "course")
    search_fields = ("participant__name", "course__title")


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    list_display = ("title", "course", "kind", "points", "attempts_allowed", "created_at")
    list_filter = ("kind",)
    list_select_related = ("course",)
    search_fields = ("title", "course__title", "uuid")
