"""``manage.py content_schema``: write the file format as JSON Schema, for editors."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from coexistence.content.json_schema import schemas


class Command(BaseCommand):
    help = "Writes one JSON Schema for each kind of file of a unit."

    def add_arguments(self, parser: CommandParser) -> None:
        default = Path(settings.BASE_DIR) / "docs" / "schema"
        parser.add_argument("folder", type=Path, nargs="?", default=default, help="where to (default: docs/schema)")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in schemas().items():
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(schemas())} files in {folder}")
