"""``ledgerflow link``: a one-time sign-in link."""

import argparse
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from ledgerflow.cli.address import base_address
from ledgerflow.cli.people import acting_user
from ledgerflow.users import services

HELP = "print a one-time sign-in link"

_VALID_FOR = timedelta(hours=24)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the user."""
    parser.add_argument(
        "email", nargs="?", metavar="EMAIL", help="who signs in; the first firm administrator if not given"
    )
    parser.add_argument("--port", type=int, help="port of the web server in the link")


def run(options: argparse.Namespace) -> int:
    """Print the link; whoever opens it within a day is signed in, once."""
    print(sign_in_link(options.email, port=options.port))
    return 0


def sign_in_link(email: str | None, *, port: int | None = None) -> str:
    """Return the address that signs the user in once within a day."""
    token = services.make_sign_in_link(user=acting_user(email), now=timezone.now(), valid_for=_VALID_FOR)
    return base_address(port) + reverse("web:sign-in-link", kwargs={"token": token})
