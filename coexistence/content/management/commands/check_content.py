"""``manage.py check_content PATH``: what is wrong with a unit's files, and what to look at again."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from coexistence.content.folder import read
from coexistence.content.lint import lint
from coexistence.content.readability import readability


class Command(BaseCommand):
    help = "Checks a unit's folder: every mistake and every warning with its file and line; how long each section is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the unit's folder, such as fixtures/peaceful-coexistence")
        parser.add_argument("--with", type=Path, dest="own", help="a folder of your own that is laid over it")
        parser.add_argument("--strict", action="store_true", help="fail on warnings too")

    def handle(self, *args: Any, path: Path, own: Path | None, strict: bool, **options: Any) -> None:
        reading = read(path, own)
        warnings = lint(reading)
        for mistake in reading.mistakes:
            self.stderr.write(str(mistake))
        for warning in warnings:
            self.stderr.write(f"warning: {warning}")
        if reading.content is None:
            self.stderr.write(f"{_counted(len(reading.mistakes), 'mistake')}; warnings come when they are mended.")
            sys.exit(1)
        total = 0
        for section in reading.content.sections:
            figures = readability(section.file.body)
            total += figures.minutes
            words = f"{figures.words} words, {_counted(figures.minutes, 'minute')}, LIX {figures.lix}"
            self.stdout.write(f"{section.position:02} {section.slug}: {words}")
        self.stdout.write(
            f"{reading.content.unit.slug}: {_counted(total, 'minute')} to read, {_counted(len(warnings), 'warning')}"
        )
        if strict and warnings:
            sys.exit(1)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
