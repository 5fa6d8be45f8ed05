"""The content in Django's admin, to look at: it is changed in its files, which ``load_content`` reads."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from . import models


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not a generic class at run time
    """Rows that nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Unit)
class UnitAdmin(ReadOnlyAdmin):
    list_display = ("title", "slug", "language", "revision", "loaded_at")


@admin.register(models.Section, models.Event, models.Source, models.Quiz, models.Page)
class TitledAdmin(ReadOnlyAdmin):
    list_display = ("title", "slug", "unit")
    list_filter = ("unit",)
    search_fields = ("title", "slug")


@admin.register(models.Person, models.Term)
class NamedAdmin(ReadOnlyAdmin):
    list_display = ("name", "slug", "unit")
    list_filter = ("unit",)
    search_fields = ("name", "slug")


@admin.register(models.Item)
class ItemAdmin(ReadOnlyAdmin):
    list_display = ("slug", "unit", "use", "public", "retired")
    list_filter = ("unit", "use", "public", "retired")
    search_fields = ("slug",)


@admin.register(models.Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ("item", "number", "type", "created_at")
    list_filter = ("type",)
    search_fields = ("item__slug",)
    list_select_related = ("item",)
