"""The addresses of REST; the API brings its own namespace, ``api-v1``."""

from ledgerflow.api.rest.schema import api

_every, _, app_name = api.urls
#: Without the root, which django-ninja has for its own use and which answers nothing.
urlpatterns = [each for each in _every if getattr(each, "name", "") != "api-root"]
