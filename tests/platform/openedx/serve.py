"""Bring the site's database up to date and serve it: ``python -m tests.platform.openedx.serve PORT DATABASE``."""

import os
import sys


def main() -> None:
    port, database = sys.argv[1:]
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.platform.openedx.settings"
    os.environ["SITE_URL"] = f"http://127.0.0.1:{port}"
    os.environ["SITE_DATABASE"] = database

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("runserver", f"127.0.0.1:{port}", "--noreload")


if __name__ == "__main__":
    main()
