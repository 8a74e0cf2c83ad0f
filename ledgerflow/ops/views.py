"""What load balancers and supervisors ask."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is touched."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_: HttpRequest) -> HttpResponse:
    """Say whether the database answers too: 503 while it does not, without a word about why."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM books_book LIMIT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
