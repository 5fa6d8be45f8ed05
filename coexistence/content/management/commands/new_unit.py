"""``manage.py new_unit NAME``: a small unit that loads, to be written over."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from coexistence.content.items import SLUG

STARTER = Path(__file__).resolve().parents[2] / "starter"
LONGEST = 100
_HINT = re.compile(r"(?<=\$schema=)\S+/(?=\w+\.json$)", re.MULTILINE)


class Command(BaseCommand):
    help = "Writes a new unit's folder, small and complete, with one example of everything."

    def add_arguments(self, parser: CommandParser) -> None:
        base = Path(settings.BASE_DIR)
        parser.add_argument("name", help="what the unit is called in addresses, such as cold-war")
        parser.add_argument(
            "--in", type=Path, dest="parent", default=base / "fixtures", help="where (default: fixtures)"
        )

    def handle(self, *args: Any, name: str, parent: Path, **options: Any) -> None:
        if not re.fullmatch(SLUG, name) or len(name) > LONGEST:
            raise CommandError(f"found {name!r}; expected lower-case letters and digits, joined by single hyphens.")
        folder = parent / name
        if folder.exists():
            raise CommandError(f"{folder} exists already; choose another name, or remove it first.")
        schemas = Path(settings.BASE_DIR).resolve() / "docs" / "schema"
        for source in sorted(path for path in STARTER.rglob("*") if path.is_file()):
            target = folder / source.relative_to(STARTER)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".svg":
                shutil.copyfile(source, target)
                continue
            text = source.read_text(encoding="utf-8")
            text = _HINT.sub(os.path.relpath(schemas, target.parent.resolve()) + "/", text)
            if source.name == "unit.yaml":
                title = name.replace("-", " ").capitalize()
                text = re.sub(r"^slug: .*$", f"slug: {name}", text, flags=re.MULTILINE)
                text = re.sub(r"^title: .*$", f"title: {title}", text, count=1, flags=re.MULTILINE)
            target.write_text(text, encoding="utf-8")
        self.stdout.write(f"{folder} is ready; manage.py preview {folder} shows it while you write.")
