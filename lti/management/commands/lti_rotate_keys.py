"""``manage.py lti_rotate_keys``: replace the tool's signing key, one step a call, and say what comes next."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from lti.protocol import rotation


class Command(BaseCommand):
    help = (
        "Replaces the tool's signing key: publishes a new one, signs with it a day later, and drops the former one "
        "another day later. Each call takes the steps that are due; it may run every day, with --every."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=int,
            default=0,
            metavar="DAYS",
            help="begin a rotation only if the key has signed for this many days; for a daily job",
        )
        parser.add_argument(
            "--at-once",
            action="store_true",
            help="for a key that others may have seen: sign with a new one now, and publish the former one no more",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["at_once"]:
            done = rotation.replace_now(now=now)
        else:
            done = rotation.rotate(now=now, oldest=timedelta(days=options["every"]))
        if done.published:
            self.stdout.write(f"Published the key {done.published}; nothing is signed with it yet.")
        if done.activated:
            self.stdout.write(f"The key {done.activated} signs from now on.")
        for kid in done.dropped:
            self.stdout.write(f"Dropped the key {kid}; it is published no more.")
        if not done.changed:
            self.stdout.write("Nothing was due.")
        if done.due is not None:
            self.stdout.write(
                f"Run this again after {timezone.localtime(done.due):%Y-%m-%d %H:%M %Z} for the next step."
            )
        elif options["every"]:
            self.stdout.write(f"The next rotation begins when the key has signed for {options['every']} days.")
        else:
            self.stdout.write("No rotation is under way; the next call begins one.")
