"""Tags of lines: what they may be called, who carries them, and what PostgreSQL refuses by itself."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.classification.errors import NothingToUndoError, TagError, TagTakenError, UnknownLineError
from ledgerflow.classification.models import Classification, LineTag, Tag
from ledgerflow.classification.services import (
    decide,
    delete_tag,
    names_typed,
    rename_tag,
    set_line_tags,
    undo,
)
from ledgerflow.classification.tag_selectors import listed_tags, tags_of_lines
from tests.classification.rows import NOW
from tests.classification.tagged import TagShop
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def shop():
    return TagShop()


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", []),
        ("#travel", ["travel"]),
        (" travel,  #Berlin-2026;office/2 ", ["travel", "Berlin-2026", "office/2"]),
        ("Köln KÖLN köln", ["Köln"]),
        ("a", ["a"]),
    ],
)
def test_names_are_typed_with_or_without_their_sign(typed, names):
    assert names_typed(typed) == names


@pytest.mark.parametrize(
    "typed", ["##x", "#", "a|b", "-x", "x-", 'say"no"', "a:b", "x" * 61, " ".join("abcdefghijklmnopqrstu")]
)
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(TagError):
        names_typed(typed)


def test_lines_are_given_tags_and_lose_them(shop):
    assert shop.tag(shop.ids, "travel", "Berlin") == 3
    assert shop.tag(shop.ids[:1], "TRAVEL", "office", remove=["BERLIN"]) == 1

    assert shop.tags() == [["office", "travel"], ["Berlin", "travel"], ["Berlin", "travel"]]
    assert [(row.tag.name, row.lines) for row in listed_tags(book=shop.book)] == [
        ("Berlin", 2),
        ("office", 1),
        ("travel", 3),
    ]


def test_a_line_is_given_exactly_the_tags_that_are_set(shop):
    shop.tag(shop.ids, "travel", "Berlin")

    set_line_tags(book=shop.book, line_id=shop.ids[1], names=["office"], user=shop.user, now=NOW)
    set_line_tags(book=shop.book, line_id=shop.ids[2], names=[], user=shop.user, now=NOW)

    assert shop.tags() == [["Berlin", "travel"], ["office"], []]


def test_lines_of_another_book_are_not_tagged(shop):
    other = TagShop()

    with pytest.raises(UnknownLineError):
        shop.tag([shop.ids[0], other.ids[0]], "travel")
    with pytest.raises(UnknownLineError):
        set_line_tags(book=shop.book, line_id=other.ids[0], names=["x"], user=shop.user, now=NOW)

    assert shop.tags() == [[], [], []]
    assert not LineTag.objects.exists()


def test_a_tag_is_renamed_also_in_the_case_of_its_letters(shop):
    shop.tag(shop.ids[:1], "travel")
    tag = Tag.objects.get()

    assert rename_tag(book=shop.book, tag_id=tag.pk, name="#Travel").name == "Travel"
    assert rename_tag(book=shop.book, tag_id=tag.pk, name="trips").name == "trips"
    with pytest.raises(TagError):
        rename_tag(book=shop.book, tag_id=tag.pk, name="two words")
    with pytest.raises(TagError):
        rename_tag(book=TagShop().book, tag_id=tag.pk, name="x")

    assert shop.tags()[0] == ["trips"]


def test_two_tags_become_one_only_when_that_is_asked_for(shop):
    shop.tag(shop.ids[:2], "travel")
    shop.tag(shop.ids[1:], "trips")
    travel = Tag.objects.get(name="travel")

    with pytest.raises(TagTakenError, match="#trips"):
        rename_tag(book=shop.book, tag_id=travel.pk, name="TRIPS")
    rename_tag(book=shop.book, tag_id=travel.pk, name="TRIPS", merge=True)

    assert shop.tags() == [["trips"], ["trips"], ["trips"]]
    assert not Tag.objects.filter(name="travel").exists()


def test_only_a_tag_that_nothing_carries_is_removed(shop):
    shop.tag(shop.ids[:1], "travel")
    tag = Tag.objects.get()

    with pytest.raises(TagError, match="stands on 1"):
        delete_tag(book=shop.book, tag_id=tag.pk)
    shop.tag(shop.ids[:1], remove=["travel"])
    delete_tag(book=shop.book, tag_id=tag.pk)

    assert not Tag.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO classification_tag (book_id, name) VALUES ({book}, 'TRAVEL')",
        "INSERT INTO classification_tag (book_id, name) VALUES ({book}, 'two words')",
        "INSERT INTO classification_tag (book_id, name) VALUES ({book}, '')",
        "UPDATE classification_tag SET book_id = {other} WHERE id = {unused}",
        "UPDATE classification_tag SET id = 0 WHERE id = {unused}",
        "INSERT INTO classification_linetag VALUES ({book}, {foreign_line}, {tag}, {user}, now())",
        "INSERT INTO classification_linetag VALUES ({book}, 0, {tag}, {user}, now())",
        "INSERT INTO classification_linetag VALUES ({book}, {line}, {foreign_tag}, {user}, now())",
        "INSERT INTO classification_linetag VALUES ({other}, {line}, {foreign_tag}, {user}, now())",
        "UPDATE classification_linetag SET line_id = {foreign_line}",
        "INSERT INTO classification_entrytag FIELDS VALUES ({book}, 1, {tag}, {user}, now())",
        "DELETE FROM classification_tag WHERE id = {tag}",
    ],
)
def test_postgresql_keeps_tags_in_their_book(shop, statement):
    other = TagShop()
    shop.tag(shop.ids[:1], "travel")
    other.tag(other.ids[:1], "theirs")
    columns = "(book_id, line_id, tag_id, tagged_by_id, tagged_at)"
    facts = {
        "book": shop.book.pk,
        "other": other.book.pk,
        "line": shop.ids[1],
        "foreign_line": other.ids[1],
        "tag": Tag.objects.get(name="travel").pk,
        "foreign_tag": Tag.objects.get(name="theirs").pk,
        "unused": Tag.objects.create(book=shop.book, name="unused").pk,
        "user": shop.user.pk,
    }
    said = statement.format(**facts).replace("linetag VALUES", f"linetag {columns} VALUES")
    said = said.replace("tag FIELDS", "tag (book_id, entry_number, tag_id, tagged_by_id, tagged_at)")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(said)


def test_tags_go_with_their_line(shop):
    shop.tag(shop.ids, "travel")

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM classification_classification WHERE line_id = %s", [shop.ids[0]])
        cursor.execute("DELETE FROM statements_statementline WHERE id = %s", [shop.ids[0]])

    assert LineTag.objects.count() == 2


def test_the_pages_tag_a_selection_and_a_line_and_rename(shop, client):
    client.force_login(MembershipFactory(book=shop.book, role=Role.BOOKKEEPER).user)
    base = f"/books/{shop.book.slug}"

    def post(path, **data):
        return client.post(f"{base}/{path}", data, follow=True).content.decode()

    assert "#travel #Berlin on 2 lines." in post("review/tag/", lines=shop.ids[:2], tags="#travel, Berlin")
    assert "#berlin taken from 1 line." in post(
        "review/tag/", lines=shop.ids[:1], tags="#berlin", act="remove"
    )
    assert "no name of a tag" in post("review/tag/", lines=shop.ids[:1], tags="a|b")
    assert "Tags saved." in post(f"journal/line/{shop.ids[2]}/tags/", tags="office")
    assert shop.tags() == [["travel"], ["Berlin", "travel"], ["office"]]
    assert "#Berlin" in client.get(f"{base}/review/").content.decode()
    office = Tag.objects.get(name="office").pk
    assert "Merge the two" in post(f"rules/tags/{office}/", name="TRAVEL")
    assert "It is #travel now." in post(f"rules/tags/{office}/", name="TRAVEL", merge="on")
    assert shop.tags()[2] == ["travel"]
    shown = client.get(f"{base}/rules/tags/").content.decode()
    assert "#travel" in shown
    assert "#office" not in shown


def test_a_viewer_sees_tags_and_changes_none(shop, client):
    shop.tag(shop.ids, "travel")
    client.force_login(MembershipFactory(book=shop.book, role=Role.VIEWER).user)
    base = f"/books/{shop.book.slug}"

    assert client.post(f"{base}/review/tag/", {"lines": shop.ids, "tags": "x"}).status_code == 403
    assert client.post(f"{base}/journal/line/{shop.ids[0]}/tags/", {"tags": ""}).status_code == 403
    assert client.post(f"{base}/rules/tags/{Tag.objects.get().pk}/", {"name": "x"}).status_code == 403
    assert "#travel" in client.get(f"{base}/journal/line/{shop.ids[0]}/").content.decode()
    assert shop.tags()[0] == ["travel"]


def test_undo_takes_tags_back_and_nothing_else(shop):
    given = {"book": shop.book, "user": shop.user, "now": NOW}
    decide(line_id=shop.ids[0], account=shop.fuel, **given)
    shop.tag(shop.ids[:2], "travel")
    shop.tag(shop.ids[:2], "office", remove=["travel"])
    set_line_tags(line_id=shop.ids[1], names=["alone"], **given)

    states = [(undo(**given).act, shop.tags()) for _ in range(3)]

    assert states == [
        ("tags changed", [["office"], ["office"], []]),
        ("tags changed", [["travel"], ["travel"], []]),
        ("tags changed", [[], [], []]),
    ]
    assert Classification.objects.get(pk=shop.ids[0]).state == "accepted"


def test_tags_that_somebody_changed_since_stay(shop):
    shop.tag(shop.ids[:2], "travel")
    set_line_tags(book=shop.book, line_id=shop.ids[0], names=["mine"], user=UserFactory(), now=NOW)

    undone = undo(book=shop.book, user=shop.user, now=NOW)

    assert (undone.count, undone.refused) == (1, ((shop.ids[0], "It was changed again since."),))
    assert shop.tags() == [["mine"], [], []]


def test_undoing_tags_of_many_lines_asks_as_often_as_of_one_and_passes_over_what_was_merged(shop):
    def undone(count):
        lines = [shop.line().pk for _ in range(count)]
        shop.tag(lines, "kept", "travel", "merged")
        shop.tag(lines, "office", remove=["travel", "merged"])
        rename_tag(book=shop.book, tag_id=Tag.objects.get(name="merged").pk, name="kept", merge=True)
        with CaptureQueriesContext(connection) as queries:
            assert undo(book=shop.book, user=shop.user, now=NOW).count == count
        found = tags_of_lines(book=shop.book, line_ids=lines)
        assert [found[line_id] for line_id in lines] == [["kept", "travel"]] * count
        return len(queries)

    assert undone(40) == undone(1)


def test_giving_a_tag_that_is_there_leaves_nothing_to_undo(shop):
    shop.tag(shop.ids[:1], "travel")
    shop.tag(shop.ids[:1], "TRAVEL")
    undo(book=shop.book, user=shop.user, now=NOW)

    with pytest.raises(NothingToUndoError):
        undo(book=shop.book, user=shop.user, now=NOW)
