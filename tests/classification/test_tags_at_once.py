"""People who tag, rename and merge at the same moment: nobody waits for ever, and nobody is told of an error inside."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from ledgerflow.classification.errors import TagTakenError
from ledgerflow.classification.models import LineTag, Tag
from ledgerflow.classification.services import rename_tag, set_line_tags
from ledgerflow.core.errors import LedgerFlowError
from tests.classification.rows import NOW
from tests.classification.tagged import TagShop


@pytest.fixture
def together(committed_db):
    """Let people do things at the same moment: as many threads as calls, each with a session of its own."""

    def run(*calls):
        start = threading.Barrier(len(calls))

        def alone(call):
            try:
                start.wait(10)
                return call()
            except LedgerFlowError as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(alone, calls))

    return run


def test_people_who_tag_and_rename_at_once_wait_for_each_other(together):
    shop = TagShop()
    (first, *_) = shop.ids

    def named(name):
        return Tag.objects.get(book=shop.book, name__iexact=name).pk

    def given(*names):
        set_line_tags(book=shop.book, line_id=first, names=names, user=shop.user, now=NOW)

    for _ in range(5):
        shop.tag([first], "left", "right", "gone")
        left, gone = named("left"), named("gone")
        together(
            lambda: given("left", "made"),
            lambda: given("right", "new"),
            lambda: given("new"),
            lambda left=left: rename_tag(book=shop.book, tag_id=left, name="right", merge=True),
            lambda gone=gone: rename_tag(book=shop.book, tag_id=gone, name="new"),
        )
        carried = set(shop.tags()[0])
        assert carried <= {"left", "made", "right", "new", "gone"}
        LineTag.objects.all().delete()
        Tag.objects.all().delete()


def test_a_name_that_somebody_gives_at_the_same_moment_is_refused_with_a_sentence(committed_db):
    shop = TagShop()
    shop.tag(shop.ids[:1], "old")
    old, refused = Tag.objects.get().pk, []

    def rename() -> None:
        try:
            rename_tag(book=shop.book, tag_id=old, name="New")
        except TagTakenError as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    thread = threading.Thread(target=rename)
    with transaction.atomic():
        shop.tag(shop.ids[1:2], "new")
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)

    assert refused == ["Somebody made a tag #New at the same moment. Merge the two, or choose another name."]
    assert shop.tags() == [["old"], ["new"], []]
