"""`ledgerflow worker --check`: what a container's health check asks. And what is prepared before one starts."""

import argparse

import pytest
from django.db import connection

from ledgerflow.cli import prepare, worker
from ledgerflow.core.errors import LedgerFlowError

pytestmark = pytest.mark.django_db


def _check():
    parser = argparse.ArgumentParser()
    worker.add_arguments(parser)
    return worker.run(parser.parse_args(["--check"]))


def _sign_of_life(seconds_ago):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second')",
            [seconds_ago],
        )


def test_a_worker_with_a_heartbeat_is_found(capsys):
    _sign_of_life(1)

    assert _check() == 0
    assert "signs of life" in capsys.readouterr().out


def test_a_worker_that_fell_silent_is_not_taken_for_a_living_one():
    _sign_of_life(60)

    with pytest.raises(LedgerFlowError, match="No worker"):
        _check()


def test_preparing_ends_by_itself(capsys):
    assert prepare.run(argparse.Namespace()) == 0
    assert capsys.readouterr().out == "The database is up to date.\n"
