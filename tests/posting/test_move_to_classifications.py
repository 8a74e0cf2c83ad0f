"""A database full of rows is taken to the links on the classifications, and back, without losing one, or a guard.

In one test, because the way there and back leads through every migration since.
"""

import pytest
from django.core.management import call_command
from django.db import connection

from ledgerflow.classification.models import Classification
from ledgerflow.posting import verify
from ledgerflow.posting.models import ReversedPosting
from ledgerflow.posting.services import post_lines, reverse_entry
from tests.classification.rows import NOW, Shop
from tests.posting.test_post_lines import accepted

_BEFORE = (("posting", "0003_post_only_what_is_accepted"), ("classification", "0002_guard_classifications"))


def _migrate(*targets):
    for target in targets:
        call_command("migrate", *target, database="owner", verbosity=0)


def _rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture
def shop(committed_db):
    """Entry 1 stands for a line; entry 2 stood for another, which entry 4 stands for now; a third line waits."""
    shop = Shop()
    shop.live, shop.again, shop.waiting = accepted(shop), accepted(shop), accepted(shop)
    who = {"book": shop.book, "posted_by": shop.user, "posted_at": NOW}
    post_lines(line_ids=[shop.live.pk, shop.again.pk], **who)
    reverse_entry(book=shop.book, number=2, date=shop.again.date, reason="twice", user=shop.user, now=NOW)
    Classification.objects.filter(line=shop.again).update(state="accepted")
    post_lines(line_ids=[shop.again.pk], **who)
    return shop


def test_links_move_there_and_back_and_the_guards_with_them(shop):
    def links():
        return (
            list(Classification.objects.order_by("line_id").values_list("line_id", "state", "entry_number")),
            list(ReversedPosting.objects.values_list("entry_number", "line_id", "reversed_by_number")),
        )

    def guards():
        return {name for (name,) in _rows("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'posting%'")}

    now, guarded = links(), guards()
    assert now == (
        [(shop.live.pk, "posted", 1), (shop.again.pk, "posted", 4), (shop.waiting.pk, "accepted", None)],
        [(2, shop.again.pk, 3)],
    )

    _migrate(*_BEFORE)
    assert _rows("SELECT entry_number, line_id, reversed_by_number FROM posting_posting ORDER BY 1") == [
        (1, shop.live.pk, None),
        (2, shop.again.pk, 3),
        (4, shop.again.pk, None),
    ]
    assert "posting_1_check_new" in guards()
    assert "posting_3_check_links" not in guards()

    _migrate(("posting",))
    assert links() == now
    assert guards() == guarded
    assert "posting_3_check_links" in guarded
    assert verify.problems(book=shop.book) == []
    assert _rows(
        "SELECT convalidated FROM pg_constraint WHERE conname = 'classification_posted_by_an_entry'"
    ) == [(True,)]
