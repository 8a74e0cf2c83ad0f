"""A rule may say a tax line of the lines' own beside its account; PostgreSQL keeps it one that the chart carries."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from ledgerflow.classification.errors import OwnTaxLineError, RuleError
from ledgerflow.classification.models import Classification, Rule, RuleCorrection
from ledgerflow.classification.rule_trials import try_rule
from ledgerflow.classification.services import (
    Booking,
    RuleConditions,
    accept,
    book_together,
    create_rule,
    decide,
    export_rules,
    import_rules,
    reopen,
    rule_from_decision,
    set_rule_active,
    suggest_anew,
    undo,
    update_rule,
)
from ledgerflow.ledger.errors import AccountChangeError
from ledgerflow.ledger.services.accounts import change_account
from ledgerflow.payees.services import name_payee
from ledgerflow.review.models import Proposal
from ledgerflow.review.selectors import evidence
from ledgerflow.review.services import Proposer, accept_proposal, propose_classification
from tests.booked import NOW
from tests.exchange.archives import round_trip
from tests.reports.test_own_tax_lines import OF_OFFICE, OF_SALES, OFFICE, SUPPLIES, Decided

pytestmark = pytest.mark.django_db

MEALS = "6200"
BOOKED = "6170 Supplies, tax line 18 Office expense"


class Ruled(Decided):
    """A rule for the third line, which is open: supplies that count as office expense."""

    def __init__(self, **more: object) -> None:
        super().__init__()
        self.open = self.lines[2]
        undo(book=self.book, user=self.owner, now=NOW)
        self.conditions = RuleConditions(least=40, most=40, text=self.made().line.description)
        self.rule = self.create(self.conditions, **more)

    def create(self, conditions: RuleConditions, *, code: str = SUPPLIES, **more: object) -> Rule:
        facts = {"tax_line": OF_OFFICE, "user": self.owner, "now": NOW} | more
        rule = create_rule(book=self.book, conditions=conditions, account=self.account(code), **facts)
        suggest_anew(book=self.book)
        return rule

    def made(self) -> Classification:
        return Classification.objects.select_related("line").get(pk=self.open)


def test_the_suggestion_carries_it_and_says_so_and_what_is_accepted_is_counted_there():
    books = Ruled()
    made = books.made()
    assert (made.state, made.tax_line, made.rule) == ("open", OF_OFFICE, books.rule)
    assert made.reason.startswith(f"A rule says {BOOKED}: ")

    accept(book=books.book, line_ids=[books.open], user=books.owner, now=NOW)
    undo(book=books.book, user=books.owner, now=NOW)
    assert books.made().tax_line == OF_OFFICE
    accept(book=books.book, line_ids=[books.open], user=books.owner, now=NOW)
    books.post()

    assert books.rows("22", "18") == [(10, 1), (60, 2)]


def test_one_that_accepts_takes_it_along_and_changing_the_rule_changes_what_is_suggested():
    books = Ruled(mode="accept")
    made = books.made()
    assert (made.state, made.tax_line, made.decided_by) == ("accepted", OF_OFFICE, None)

    reopened = Ruled()
    update_rule(
        book=reopened.book,
        rule_id=reopened.rule.pk,
        conditions=reopened.conditions,
        account=reopened.account(SUPPLIES),
        tax_line="schedule-c:22",  # the account's own
    )
    suggest_anew(book=reopened.book)
    assert (reopened.made().tax_line, Rule.objects.get(pk=reopened.rule.pk).tax_line) == ("", "")


def test_one_that_a_rule_alone_suggested_does_not_go_along_to_another_account():
    books = Ruled()
    meals = books.account(MEALS)  # whose kind may have the tax line
    by = {"book": books.book, "user": books.owner, "now": NOW}
    payee = name_payee(book=books.book, name="Corner Store")
    books.decide(books.lines[0], MEALS, payee=payee)
    decide(line_id=books.open, payee=payee, **by)
    offered = evidence(book=books.book, line_id=books.open).alternatives

    program = Proposer(user=books.owner, through=Proposal.Through.API)
    proposal = propose_classification(
        book=books.book, line_ids=[books.open], account=meals, by=program, now=NOW
    )
    accept_proposal(book=books.book, proposal_id=proposal.pk, user=books.owner, now=NOW)
    proposed = books.made().tax_line
    undo(**by)
    suggested = books.made().tax_line
    book_together(line_ids=[books.open], booking=Booking(account=meals), **by)
    chosen = books.made().tax_line

    assert [(each.account_id, each.kept.tax_line) for each in offered] == [(meals.pk, "")]
    assert f"without tax line {OF_OFFICE}" in proposal.diff[0]["new"]
    assert (proposed, suggested, chosen) == ("", OF_OFFICE, "")


def test_a_trial_of_a_rule_without_one_applies_none_to_the_ticked():
    books = Ruled()
    slug, meals = books.book.slug, books.account(MEALS)
    form = {
        "text": books.made().line.description,
        "direction": "any",
        "mode": "suggest",
        "stage": 1,
        "account": meals.pk,
    }

    create = reverse("classification:create-rule", kwargs={"book": slug})
    shown = books.client().post(create, form | {"preview": "open"}).content.decode()

    assert '<input type="hidden" name="set-tax_line" value="account">' in shown


def test_undo_brings_nothing_back_as_accepted_that_the_rule_says_no_more():
    books = Ruled(mode="accept")
    books.decide(books.open, MEALS)
    facts = {"conditions": books.conditions, "account": books.account(SUPPLIES), "mode": "accept"}
    update_rule(book=books.book, rule_id=books.rule.pk, **facts)

    undone = undo(book=books.book, user=books.owner, now=NOW)

    made = books.made()
    assert (made.state, made.account, undone.opened) == ("open", books.account(SUPPLIES), 1)


def test_correcting_the_tax_line_alone_counts_against_the_rule():
    books = Ruled(mode="accept")
    by = {"book": books.book, "user": books.owner, "now": NOW}
    counted = []

    for tax_line in (OF_OFFICE, "", None):
        if tax_line is None:
            book_together(line_ids=[books.open], booking=Booking(tax_line=""), **by)
        else:
            books.decide(books.open, SUPPLIES, tax_line=tax_line)
        counted.append(RuleCorrection.objects.filter(rule=books.rule).count())
        undo(**by)

    assert counted == [0, 1, 1]
    assert not RuleCorrection.objects.exists()


def test_the_trial_shows_it_old_and_new():
    books = Ruled()
    asked = {"book": books.book, "conditions": books.conditions, "account": books.account(SUPPLIES)}

    without = try_rule(**asked, whole_book=True, stage=Rule.Stage.FIRST)
    same = try_rule(**asked, tax_line=OF_OFFICE, whole_book=True, stage=Rule.Stage.FIRST)

    assert [(line.old, line.new) for line in without.shown] == [(BOOKED, "6170 Supplies")]
    assert [conflict.account for conflict in without.conflicts] == [BOOKED]
    assert (same.opened, same.changing) == (1, 0)


def test_a_tax_line_that_no_account_of_the_kind_carries_is_refused_here_and_by_postgresql():
    books = Ruled()
    with pytest.raises(OwnTaxLineError, match="No account of the same kind as"):
        books.create(books.conditions, tax_line=OF_SALES)
    with pytest.raises(DatabaseError, match="No account of this kind"), transaction.atomic():
        Rule.objects.filter(pk=books.rule.pk).update(tax_line=OF_SALES)

    # The last account that carries it keeps it while a rule that is on says it.
    reopen(book=books.book, line_ids=[books.lines[1]], user=books.owner, now=NOW)
    books.decide(books.lines[1], SUPPLIES)
    books.decide(books.open, SUPPLIES)
    office = books.account(OFFICE)
    facts = {"code": office.code, "name": office.name, "tax_line": ""}
    with (
        pytest.raises(AccountChangeError, match="A rule has the tax line schedule-c:18"),
        transaction.atomic(),
    ):
        change_account(account=office, **facts)
    set_rule_active(book=books.book, rule_id=books.rule.pk, is_active=False)
    change_account(account=office, **facts)
    with pytest.raises(OwnTaxLineError):
        set_rule_active(book=books.book, rule_id=books.rule.pk, is_active=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Rule.objects.filter(pk=books.rule.pk).update(is_active=True)


def test_yaml_and_archives_carry_it(tmp_path):
    books = Ruled()
    text = export_rules(book=books.book)
    assert f"tax_line: {OF_OFFICE}" in text

    known = import_rules(book=books.book, content=text.encode(), user=books.owner, now=NOW)
    other = text.replace(OF_OFFICE, "schedule-c:22").encode()
    new = import_rules(book=books.book, content=other, user=books.owner, now=NOW)
    with pytest.raises(RuleError, match="Rule 1: no account of the same kind as 6170"):
        import_rules(
            book=books.book, content=text.replace(OF_OFFICE, OF_SALES).encode(), user=books.owner, now=NOW
        )

    assert ((known.made, known.known), (new.made, new.known)) == ((0, 1), (1, 0))
    assert list(Rule.objects.order_by("pk").values_list("tax_line", flat=True)) == [OF_OFFICE, ""]
    off = f"{text.replace(OF_OFFICE, OF_SALES)}  active: false\n".encode()
    made = import_rules(book=books.book, content=off, user=books.owner, now=NOW)
    assert (made.made, Rule.objects.latest("pk").is_active) == (1, False)
    Rule.objects.latest("pk").delete()
    back = round_trip(books.book, tmp_path)
    assert sorted(Rule.objects.filter(book=back).values_list("tax_line", flat=True)) == ["", OF_OFFICE]


def test_a_decision_with_a_tax_line_of_its_own_offers_a_rule_that_says_it_and_the_form_takes_it():
    books = Ruled()
    client = books.client()
    set_rule_active(book=books.book, rule_id=books.rule.pk, is_active=False)
    suggest_anew(book=books.book)
    books.decide(books.open, SUPPLIES)
    slug, supplies = books.book.slug, books.account(SUPPLIES)

    answer = client.post(
        reverse("review:decide", kwargs={"book": slug, "line": books.open}),
        {"account": supplies.pk, "tax_line": OF_OFFICE},
        headers={"accept": "application/json"},
    )
    assert f"as {BOOKED}?" in answer.json()["offer"]
    made = rule_from_decision(book=books.book, line_id=books.open, user=books.owner, now=NOW)
    assert made.rule.tax_line == OF_OFFICE

    form = {"text": "may", "direction": "any", "mode": "suggest", "stage": 1, "account": supplies.pk}
    create = reverse("classification:create-rule", kwargs={"book": slug})
    shown = client.post(create, form | {"tax_line": OF_OFFICE, "preview": "open"}).content.decode()
    client.post(create, form | {"tax_line": OF_OFFICE})
    rule = Rule.objects.latest("pk")
    changing = client.get(reverse("classification:change-rule", kwargs={"book": slug, "rule": rule.pk}))
    rules = client.get(reverse("classification:rules", kwargs={"book": slug})).content.decode()

    assert rule.tax_line == OF_OFFICE
    assert f'<option value="{OF_OFFICE}" selected>' in changing.content.decode()
    assert BOOKED in rules
    assert "Which lines match?" in shown
