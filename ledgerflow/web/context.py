"""What the frame around every page needs."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Return nothing yet beside what Django gives."""
    return {}
