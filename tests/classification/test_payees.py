"""Payees are called otherwise, merged and taken apart, on all their lines, and all of it can be undone."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledgerflow.books.models import Role
from ledgerflow.classification.errors import PayeeError, PayeeTakenError
from ledgerflow.classification.models import Classification
from ledgerflow.classification.payee_selectors import listed_payees
from ledgerflow.classification.services import (
    RuleConditions,
    classify_lines,
    create_rule,
    decide,
    rename_payee,
    split_payee,
    undo,
)
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import PayeeNameError, identify_payees, name_payee
from ledgerflow.posting.services import post_lines
from tests.classification.rows import NOW, Shop
from tests.factories import MembershipFactory, UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db


class Paid(Shop):
    """A book with three lines of Shell and two of its shop, the first of each posted."""

    def __init__(self) -> None:
        super().__init__()
        lines = [self.line("SHELL 5742") for _ in range(3)] + [self.line("SHELL SHOP") for _ in range(2)]
        self.fuels, self.shops = [line.pk for line in lines[:3]], [line.pk for line in lines[3:]]
        classify_lines(book=self.book, line_ids=[*self.fuels, *self.shops])
        self.by = {"book": self.book, "user": self.user, "now": NOW}
        for line in (self.fuels[0], self.shops[0]):
            decide(line_id=line, account=self.fuel, **self.by)
            post_lines(book=self.book, line_ids=[line], posted_by=self.user, posted_at=NOW)

    def payee(self, name="Shell") -> Payee:
        return Payee.objects.get(book=self.book, name=name)

    def names(self) -> list[str]:
        """Return the payees of the lines in order."""
        made = Classification.objects.filter(book=self.book).order_by("line_id")
        return list(made.values_list("payee__name", flat=True))

    def named(self, text) -> str:
        """Return whom a bank text names."""
        return Payee.objects.get(pk=identify_payees(book=self.book, texts=[text])[text]).name


@made_once
def shop():
    return Paid()


def test_a_payee_is_called_otherwise_on_all_its_lines(shop):
    rename_payee(payee_id=shop.payee().pk, name="  Shell  plc ", **shop.by)
    names = shop.names()

    undone = undo(**shop.by)

    assert names == ["Shell plc"] * 3 + ["Shell Shop"] * 2
    assert (undone.act, undone.count) == ("payee changed", 3)
    assert shop.names() == ["Shell"] * 3 + ["Shell Shop"] * 2


def test_two_are_merged_only_when_asked_for(shop):
    with pytest.raises(PayeeTakenError, match="2 lines"):
        rename_payee(payee_id=shop.payee().pk, name="Shell Shop", **shop.by)
    assert shop.names() == ["Shell"] * 3 + ["Shell Shop"] * 2

    stays = rename_payee(payee_id=shop.payee().pk, name="Shell Shop", merge=True, **shop.by)

    assert stays == shop.payee("Shell Shop")
    assert shop.names() == ["Shell Shop"] * 5
    assert shop.named("SHELL 4411") == "Shell Shop"
    assert [row.payee.name for row in listed_payees(book=shop.book, limit=9)] == ["Shell Shop"]


def test_undoing_a_merge_gives_lines_texts_and_rules_back(shop):
    conditions = RuleConditions(text="nothing like it")
    rule = create_rule(conditions=conditions, account=shop.fuel, payee=shop.payee(), **shop.by)
    rename_payee(payee_id=shop.payee().pk, name="Shell Shop", merge=True, **shop.by)
    rule.refresh_from_db()
    merged = rule.payee.name

    undone = undo(**shop.by)

    rule.refresh_from_db()
    assert (merged, rule.payee.name, undone.count) == ("Shell Shop", "Shell", 3)
    assert shop.names() == ["Shell"] * 3 + ["Shell Shop"] * 2
    assert (shop.named("SHELL 4411"), shop.named("SHELL SHOP 4411")) == ("Shell", "Shell Shop")


def test_what_was_decided_about_either_is_remembered_of_both(shop):
    open_one = Classification.objects.get(pk=shop.fuels[1])
    decide(line_id=shop.shops[1], account=shop.food, **shop.by)
    rename_payee(payee_id=shop.payee().pk, name="Shell Shop", merge=True, **shop.by)

    open_one.refresh_from_db()

    assert open_one.account == shop.food
    assert "Shell Shop" in open_one.reason


def test_some_texts_are_taken_apart_with_their_lines(shop):
    rename_payee(payee_id=shop.payee().pk, name="Shell Shop", merge=True, **shop.by)

    split_payee(payee_id=shop.payee("Shell Shop").pk, keys=["shell"], name="Fuel", **shop.by)
    names = shop.names()
    undo(**shop.by)

    assert names == ["Fuel"] * 3 + ["Shell Shop"] * 2
    assert shop.names() == ["Shell Shop"] * 5
    assert shop.named("SHELL 4411") == "Shell Shop"


def test_what_somebody_named_otherwise_since_stays_when_a_merge_is_undone(shop):
    rename_payee(payee_id=shop.payee().pk, name="Shell Shop", merge=True, **shop.by)
    kiosk = name_payee(book=shop.book, name="Kiosk")
    decide(book=shop.book, line_id=shop.fuels[1], payee=kiosk, user=UserFactory(), now=NOW)

    undo(**shop.by)

    made = Classification.objects.in_bulk()
    assert [made[line].payee.name for line in shop.fuels[:2]] == ["Shell", "Kiosk"]
    assert shop.named("SHELL 4411") == "Kiosk"


def test_a_former_name_that_is_taken_by_now_is_not_taken_away(shop):
    payee = shop.payee()
    rename_payee(payee_id=payee.pk, name="Shell plc", **shop.by)
    name_payee(book=shop.book, name="Shell")

    undone = undo(**shop.by)

    payee.refresh_from_db()
    assert (undone.count, payee.name) == (0, "Shell plc")
    assert "Shell plc stays so called: another payee has the name Shell by now" in undone.told


def test_what_was_done_before_a_name_that_is_taken_can_be_undone(shop):
    rename_payee(payee_id=shop.payee().pk, name="Shell plc", **shop.by)
    rename_payee(payee_id=Payee.objects.get(book=shop.book, name="Shell plc").pk, name="Fuel Ltd", **shop.by)
    name_payee(book=shop.book, name="Shell plc")

    undo(**shop.by)
    undo(**shop.by)

    assert set(
        Payee.objects.filter(book=shop.book, name__in=["Shell", "Fuel Ltd"]).values_list("name", flat=True)
    ) == {"Shell"}


@pytest.mark.parametrize("keys", [[], ["shell"], ["of another"]])
def test_none_all_or_others_texts_are_no_split(shop, keys):
    with pytest.raises(PayeeError):
        split_payee(payee_id=shop.payee().pk, keys=keys, name="Fuel", **shop.by)


def test_a_payee_of_another_book_is_not_there(shop):
    other = Paid()

    with pytest.raises(PayeeError):
        rename_payee(payee_id=other.payee().pk, name="x", **shop.by)
    with pytest.raises(PayeeError):
        split_payee(payee_id=other.payee().pk, keys=["shell"], name="x", **shop.by)
    assert other.names() == shop.names()


@pytest.mark.parametrize("name", ["", "x" * 161])
def test_a_name_that_is_none_is_refused(shop, name):
    with pytest.raises(PayeeNameError):
        rename_payee(payee_id=shop.payee().pk, name=name, **shop.by)


@pytest.mark.parametrize("is_own", [True, False])
def test_postgresql_lets_a_posted_line_have_another_payee_of_its_book_alone(shop, is_own):
    payee = (shop if is_own else Paid()).payee("Shell Shop")
    change = "UPDATE classification_classification SET payee_id = %s WHERE line_id = %s"

    def run():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [payee.pk, shop.fuels[0]])

    if is_own:
        run()
        assert Classification.objects.get(pk=shop.fuels[0]).payee == payee
    else:
        with pytest.raises(IntegrityError):
            run()


def _pages(shop, role, client):
    client.force_login(MembershipFactory(book=shop.book, role=role).user)
    return f"/books/{shop.book.slug}/rules/payees/"


def test_what_a_name_moves_is_shown_old_and_new_before_it_is_done(shop, client):
    address = _pages(shop, Role.BOOKKEEPER, client)
    old = shop.payee()
    create_rule(conditions=RuleConditions(text="shell"), account=shop.fuel, payee=old, **shop.by)
    merge = {"name": "Shell Shop", "merge": "on"}

    seen = client.post(f"{address}{old.pk}/rename/", merge)
    untouched = shop.names()
    client.post(f"{address}{old.pk}/rename/", {**merge, "seen": "on"})
    new = shop.payee("Shell Shop")
    apart = client.post(f"{address}{new.pk}/split/", {"keys": ["shell"], "other-name": "Fuel"})
    refused = client.post(f"{address}{new.pk}/split/", {"keys": ["none"], "other-name": "Fuel"})

    words = " ".join(seen.content.decode().split())
    assert (
        "3 lines, 1 of them posted, 1 bank text and 1 rule would name Shell Shop in place of Shell." in words
    )
    assert seen.content.decode().count("SHELL 5742") == 3
    assert untouched == ["Shell"] * 3 + ["Shell Shop"] * 2
    assert shop.names() == ["Shell Shop"] * 5
    assert "3 lines, 1 of them posted, 1 bank text and 0 rules would name Fuel" in " ".join(
        apart.content.decode().split()
    )
    assert "Choose bank texts that name this payee" in refused.content.decode()


def test_open_lines_of_the_former_payee_follow_a_name_at_once(shop):
    other = shop.line("SHELL OIL").pk
    classify_lines(book=shop.book, line_ids=[other])

    decide(line_id=shop.fuels[1], payee=name_payee(book=shop.book, name="Fuel Ltd"), **shop.by)

    # What is posted stays, what says another bank text is another's.
    assert shop.names() == ["Shell", "Fuel Ltd", "Fuel Ltd", "Shell Shop", "Shell Shop", "Shell Oil"]
    assert Classification.objects.get(pk=shop.fuels[2]).state == "open"


def test_the_pages_list_rename_merge_and_take_apart(shop, client):
    address = _pages(shop, Role.BOOKKEEPER, client)

    listed = client.get(address, {"q": "shell"}).content.decode()
    refused = client.post(f"{address}{shop.payee().pk}/rename/", {"name": "Shell Shop"}).content.decode()
    client.post(f"{address}{shop.payee().pk}/rename/", {"name": "Shell Shop", "merge": "on", "seen": "on"})
    merged = shop.names()
    shown = client.get(f"{address}{shop.payee('Shell Shop').pk}/").content.decode()
    client.post(
        f"{address}{shop.payee('Shell Shop').pk}/split/",
        {"keys": ["shell"], "other-name": "Fuel", "seen": "on"},
    )

    assert "Shell Shop" in listed
    assert "There is a payee Shell Shop already, with 2 lines." in refused
    assert merged == ["Shell Shop"] * 5
    assert "5 lines have this payee, 2 of them posted" in " ".join(shown.split())
    assert shop.names() == ["Fuel"] * 3 + ["Shell Shop"] * 2


def test_a_viewer_looks_and_changes_nothing(shop, client):
    address = _pages(shop, Role.VIEWER, client)

    shown = client.get(f"{address}{shop.payee().pk}/")
    renamed = client.post(f"{address}{shop.payee().pk}/rename/", {"name": "x"})
    split = client.post(f"{address}{shop.payee().pk}/split/", {"keys": ["shell"], "other-name": "x"})

    assert shown.status_code == 200
    assert "Rename" not in shown.content.decode()
    assert (renamed.status_code, split.status_code) == (403, 403)
    assert shop.names() == ["Shell"] * 3 + ["Shell Shop"] * 2


def test_the_list_takes_a_constant_number_of_queries(shop, django_assert_num_queries):
    for number in "abcdefgh":
        classify_lines(book=shop.book, line_ids=[shop.line(f"STORE {number}").pk])

    with django_assert_num_queries(3):
        assert len(listed_payees(book=shop.book, limit=100)) == 10
