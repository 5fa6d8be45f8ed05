"""The Celery application. A message only rings the bell: what is to be done stands in the database.

The worker, with the sweep in it: ``celery -A coexistence worker -B -P threads -c 4``.
"""

import os

from celery import Celery

from coexistence import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coexistence.settings")

broker.register()
app = Celery("coexistence")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
