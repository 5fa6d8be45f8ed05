from django.apps import AppConfig


class LtiConfig(AppConfig):
    name = "lti"
    verbose_name = "Platforms (LTI 1.3)"

    def ready(self) -> None:
        # The tasks are imported here so that the first submit need not wait for Celery to be.
        from . import receivers, tasks  # noqa: F401

        receivers.connect()
