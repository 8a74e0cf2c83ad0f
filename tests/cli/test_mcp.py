"""What ``ledgerflow mcp`` refuses before it serves, in a sentence; that it serves is shown by its clients."""

import argparse
from datetime import timedelta

import pytest
from django.utils import timezone

from ledgerflow.api.access import Caller
from ledgerflow.api.models import Scope
from ledgerflow.api.services import make_token, revoke_token
from ledgerflow.cli import mcp
from ledgerflow.core.errors import LedgerFlowError
from tests.factories import BookFactory, UserFactory

pytestmark = pytest.mark.django_db


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    mcp.add_arguments(parser)
    return mcp.run(parser.parse_args(words))


@pytest.mark.parametrize("words", [(), ("--user", "a@example.org", "--token-file", "x")])
def test_it_wants_to_know_on_whose_behalf(words):
    with pytest.raises(SystemExit) as leaving:
        _run(*words)

    assert leaving.value.code == 2


def test_nobody_is_not_served():
    with pytest.raises(LedgerFlowError, match="Nobody signs in as"):
        _run("--user", "nobody@example.org")


def test_a_book_that_the_user_does_not_open_is_not_served():
    with pytest.raises(LedgerFlowError, match="You may not see the book"):
        _run("--user", UserFactory().email, "--book", BookFactory().slug)


@pytest.mark.parametrize(
    ("options", "more"), [((), set()), (("--network",), {Scope.NETWORK}), (("--propose",), {Scope.PROPOSE})]
)
def test_nothing_leaves_and_nothing_is_proposed_unless_asked_for(monkeypatch, options, more):
    served: list[Caller] = []
    monkeypatch.setattr("ledgerflow.api.mcp.stdio.serve", lambda who: served.append(who()))

    assert _run("--user", UserFactory().email, *options) == 0

    assert served[0].scopes == {Scope.READ, Scope.TOOLS} | more


def test_a_token_is_not_widened_by_options(tmp_path):
    for option in (["--propose"], ["--network"], ["--book", "shop"]):
        with pytest.raises(LedgerFlowError, match="A token says itself"):
            _run("--token-file", str(tmp_path / "token"), *option)


def test_a_file_without_a_token_that_opens_anything_is_refused(tmp_path):
    now, path = timezone.now(), tmp_path / "token"
    token, secret = make_token(
        user=UserFactory(), name="x", scopes=[Scope.READ], valid_for=timedelta(days=1), now=now
    )
    revoke_token(token=token, now=now)

    with pytest.raises(LedgerFlowError, match="cannot be read"):
        _run("--token-file", str(path))
    for text in ("", "lf_nonsense", secret):
        path.write_text(text)
        with pytest.raises(LedgerFlowError, match="unknown, expired or revoked"):
            _run("--token-file", str(path))
