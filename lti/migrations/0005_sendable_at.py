from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def since_it_was_wanted(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What waits has been sendable since it was wanted, unless it is kept back until its next try."""
    waiting = apps.get_model("lti", "ScoreDelivery").objects.filter(next_try_at__isnull=False)
    waiting.filter(code="withheld").update(sendable_at=models.F("next_try_at"))
    waiting.filter(models.Q(state__in=("waiting", "sending")) | models.Q(code="keeps_failing")).exclude(
        code="withheld"
    ).update(sendable_at=models.F("wanted_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("lti", "0004_nonces_in_visits"),
    ]

    operations = [
        migrations.AddField(
            model_name="scoredelivery",
            name="sendable_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when it may go, or from when on; empty: there is nothing to send, or something in its way.",
                null=True,
            ),
        ),
        migrations.RunPython(since_it_was_wanted, migrations.RunPython.noop),
    ]
