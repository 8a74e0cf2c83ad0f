"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from ledgerflow.core import metrics_folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Before anything counts: the client of Prometheus looks at it once.
settings.METRICS_FOLDER = metrics_folder.prepare(settings.DATA_DIR)
os.environ[metrics_folder.VARIABLE] = str(settings.METRICS_FOLDER)

application = get_wsgi_application()
