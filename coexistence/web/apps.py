from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "coexistence.web"
    verbose_name = "Pages"
