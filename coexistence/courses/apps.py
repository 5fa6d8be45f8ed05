from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "coexistence.courses"
    verbose_name = "Courses"

    def ready(self) -> None:
        from coexistence.content.signals import unit_changed

        from .impact import assignments_touched

        unit_changed.connect(assignments_touched)
