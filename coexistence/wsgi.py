"""The WSGI application. Whichever server loads it, its access log shows no secret of an address."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from coexistence.security import mask_access_logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coexistence.settings")

application = get_wsgi_application()
mask_access_logs()

# What has been loaded until here stays for good: no collection of garbage need walk through it again.
gc.collect()
gc.freeze()
