"""Give the course a larger class."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lti.sandbox import classroom


class Command(BaseCommand):
    help = "Adds learners to the course until there are SIZE beside the three that a visitor can be. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=int, default=40)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = classroom.fill(options["size"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{added} learners added.")
