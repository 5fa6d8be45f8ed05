"""Say of which item each response is, and by whom the attempts so far were closed: until now by learners only."""

from django.db import migrations, models


def fill(apps, schema_editor):
    Response = apps.get_model("quiz", "Response")
    Revision = apps.get_model("content", "Revision")
    item = Revision.objects.filter(pk=models.OuterRef("revision_id")).values("item_id")[:1]
    Response.objects.filter(item__isnull=True).update(item_id=models.Subquery(item))
    apps.get_model("quiz", "Attempt").objects.filter(state="submitted").update(closed_by="learner")


class Migration(migrations.Migration):

    dependencies = [
        ("quiz", "0002_limits_history_and_adjustments"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
