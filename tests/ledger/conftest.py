"""One committed database for each module: every test opens a book of its own in it."""

import pytest
from django.db import connections

from tests import databases
from tests.conftest import _worker


@pytest.fixture(scope="module")
def shared_db(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_ledger_{_worker()}") as name:
            databases.point_to(name)
            yield name
        databases.point_to(before)
