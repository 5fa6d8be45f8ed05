import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("quiz", "0003_fill_response_items"),
    ]

    operations = [
        migrations.AlterField(
            model_name="response",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="content.item"
            ),
        ),
        migrations.AddConstraint(
            model_name="response",
            constraint=models.UniqueConstraint(fields=("attempt", "item"), name="quiz_response_item_once"),
        ),
    ]
