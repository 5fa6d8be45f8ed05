from django.apps import AppConfig


class Site(AppConfig):
    name = "tests.platform.openedx"
    label = "site"

    def ready(self) -> None:
        from . import edx

        edx.supply()
