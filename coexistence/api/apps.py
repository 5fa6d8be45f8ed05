from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "coexistence.api"
    verbose_name = "API"
