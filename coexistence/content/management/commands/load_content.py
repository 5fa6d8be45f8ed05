"""``manage.py load_content PATH``: make the database hold the unit in a folder."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from coexistence.content.importer import load
from coexistence.content.mistakes import MistakesError

WIDTH = 40


class Command(BaseCommand):
    help = "Loads a unit from its folder. Prints what changed and what that touches, or every mistake with its line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the unit's folder, such as fixtures/peaceful-coexistence")
        parser.add_argument(
            "--with", type=Path, dest="own", help="a folder of your own, with quiz/*.yaml that no public page shows"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--remove", action="store_true", help="remove what is no longer in the files")

    def handle(self, *args: Any, path: Path, own: Path | None, dry_run: bool, remove: bool, **options: Any) -> None:
        progress = self._bar if self.stderr.isatty() else None
        try:
            loaded = load(path, own=own, dry_run=dry_run, remove=remove, progress=progress)
        except MistakesError as error:
            for mistake in error.mistakes:
                self.stderr.write(str(mistake))
            count = len(error.mistakes)
            self.stderr.write(f"{count} mistake{'s' if count != 1 else ''}; nothing was loaded.")
            sys.exit(1)
        for line in (*loaded.changes, *loaded.touches):
            self.stdout.write(line)
        what = "nothing changed" if not loaded.changes else "only tried, would be loaded" if dry_run else "loaded"
        self.stdout.write(f"{loaded.slug}: {what}, revision {loaded.revision}")

    def _bar(self, done: int, total: int) -> None:
        """Draw how far the reading is, over and over in one line."""
        filled = WIDTH * done // total
        if done == total or filled > WIDTH * (done - 1) // total:
            end = "\n" if done == total else ""
            self.stderr.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {100 * done // total} %", ending=end)
