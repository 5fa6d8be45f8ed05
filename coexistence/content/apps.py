from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "coexistence.content"
    verbose_name = "Content"
