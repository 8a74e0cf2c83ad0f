"""A stage that is switched off in a book suggests nothing there, at every door, and who did that stays on record."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from ledgerflow.agent.errors import AgentOffError
from ledgerflow.agent.models import AgentSettings
from ledgerflow.agent.services import wake
from ledgerflow.books.models import Membership
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.classification.errors import StageError
from ledgerflow.classification.models import Classification, Prediction, Stage, StageOff
from ledgerflow.classification.services import (
    ProposedAccount,
    RuleConditions,
    accept,
    classify_lines,
    create_rule,
    decide,
    propose,
    refit,
    switch_stage_off,
    switch_stage_on,
)
from ledgerflow.posting.receipt_proposals import proposals_for
from ledgerflow.posting.transfer_selectors import candidates_of, sure_transfers
from ledgerflow.review.services import accept_confident, accept_everything, accept_matching
from ledgerflow.review.which import Matching, Which
from tests.booked import BookedFile
from tests.classification.rows import NOW, Shop
from tests.factories import BankAccountFactory
from tests.made import made_once
from tests.posting.read_receipts import read_receipt
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def shop() -> Shop:
    made = Shop()
    Membership.objects.create(book=made.book, user=made.user, role="owner")
    return made


def off(shop, stage):
    return switch_stage_off(book=shop.book, stage=stage, user=shop.user, now=NOW)


def on(shop, stage):
    return switch_stage_on(book=shop.book, stage=stage, user=shop.user, now=NOW)


def said(shop, *texts):
    """Return account and source of what is suggested for new lines."""
    lines = [shop.line(text).pk for text in texts]
    classify_lines(book=shop.book, line_ids=lines)
    made = Classification.objects.in_bulk(lines)
    return [(made[line].account, made[line].source) for line in lines]


def decided(shop, count=1, text="BLUE HERON", account=None):
    made = [shop.line(f"{text} {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}").pk for number in range(count)]
    classify_lines(book=shop.book, line_ids=made)
    for line_id in made:
        decide(book=shop.book, line_id=line_id, account=account or shop.food, user=shop.user, now=NOW)


def test_rules_suggest_and_accept_nothing(shop):
    create_rule(
        book=shop.book,
        conditions=RuleConditions(text="shell"),
        account=shop.fuel,
        mode="accept",
        user=shop.user,
        now=NOW,
    )
    off(shop, Stage.RULES)
    waiting = shop.line("SHELL 1")

    assert said(shop, "SHELL 5742") == [(None, "none")]
    classify_lines(book=shop.book, line_ids=[waiting.pk])
    assert on(shop, Stage.RULES) == 2
    assert Classification.objects.get(pk=waiting.pk).state == "accepted"


def test_memory_suggests_nothing(shop):
    decided(shop, text="SHELL", account=shop.fuel)
    assert said(shop, "SHELL A") == [(shop.fuel, "memory")]

    assert off(shop, Stage.MEMORY) == 1

    assert said(shop, "SHELL A") == [(None, "none")]
    assert on(shop, Stage.MEMORY) == 2


def test_the_model_suggests_nothing_and_alone_it_does_not_speak_of_memory(shop):
    decided(shop, 20, "BLUE HERON SUPPLY")
    decided(shop, 20, "SHELL STATION", shop.fuel)
    assert refit(book=shop.book, now=NOW)
    assert said(shop, "SHELL STATIONARY") == [(shop.fuel, "model")]

    off(shop, Stage.MODEL)
    assert said(shop, "SHELL STATIONARY", "SHELL STATION A") == [(None, "none"), (shop.fuel, "memory")]
    assert set(Prediction.objects.filter(replaced_at=None, source="model")) == set()

    on(shop, Stage.MODEL)
    off(shop, Stage.MEMORY)
    assert said(shop, "SHELL STATION A") == [(shop.fuel, "model")]
    reason = Classification.objects.latest("pk").reason
    assert "new here" not in reason
    assert "of the last" not in reason

    off(shop, Stage.MODEL)
    assert said(shop, "SHELL STATION A") == [(None, "none")]


def test_the_agent_proposes_nothing_and_what_it_proposed_goes(shop, settings):
    settings.LEDGERFLOW_AGENT_URL, settings.LEDGERFLOW_AGENT_MODEL = "http://localhost:1/v1", "m"
    AgentSettings.objects.create(
        book=shop.book, is_enabled=True, asks_after_imports=True, enabled_by=shop.user, enabled_at=NOW
    )
    before, after = shop.line("ALPHA WORKS").pk, shop.line("BETA WORKS").pk
    classify_lines(book=shop.book, line_ids=[before, after])
    proposal = ProposedAccount(shop.fuel, "The agent says so.", Decimal("0.5"))
    assert propose(book=shop.book, proposals={before: proposal}) == [before]

    assert off(shop, Stage.AGENT) == 1

    assert Classification.objects.get(pk=before).account is None
    assert propose(book=shop.book, proposals={after: proposal}) == []
    assert not wake(book=shop.book, user=None, by_import=True)
    with pytest.raises(AgentOffError, match="as a stage"):
        wake(book=shop.book, user=shop.user)


def test_no_transfer_is_proposed_but_lines_that_may_be_one_still_wait(shop):
    savings = BankAccountFactory(book=shop.book)
    sent = shop.line("TRANSFER TO SAVINGS", "-100").pk
    received = shop.line("TRANSFER FROM CHECKING", "100", bank_account=savings, date=date(2026, 3, 3)).pk
    classify_lines(book=shop.book, line_ids=[sent, received])
    assert len(candidates_of(book=shop.book, line_id=sent)) == len(sure_transfers(book=shop.book)) == 1

    off(shop, Stage.TRANSFERS)
    Classification.objects.update(account=shop.suspense, source="memory", confidence=Decimal("0.99"))

    assert candidates_of(book=shop.book, line_id=sent) == []
    assert sure_transfers(book=shop.book) == []
    matching = Matching(Which(), through=received, count=2)
    for done in (
        accept_confident(book=shop.book, user=shop.user, now=NOW),
        accept_matching(book=shop.book, matching=matching, user=shop.user, now=NOW),
        accept_everything(book=shop.book, user=shop.user, now=NOW),
    ):
        assert done.count == 0
        assert [line for line, reason in done.refused if "may be a transfer" in reason] == [sent, received]


def test_a_book_switches_its_own_stages_only(shop):
    other = Shop()
    decided(other, text="SHELL", account=other.fuel)

    for stage in Stage:
        off(shop, stage)

    assert said(other, "SHELL A") == [(other.fuel, "memory")]


def test_only_an_owner_switches_once_and_it_stays_on_record(shop):
    Membership.objects.filter(user=shop.user).update(role="reviewer")
    with pytest.raises(NotAllowedError):
        off(shop, Stage.MODEL)
    Membership.objects.filter(user=shop.user).update(role="owner")
    with pytest.raises(StageError):
        on(shop, Stage.MODEL)
    off(shop, Stage.MODEL)
    with pytest.raises(StageError):
        off(shop, Stage.MODEL)

    for change in (
        lambda rows: rows.update(stage="rules"),
        lambda rows: rows.update(switched_off_at=NOW.replace(year=2025)),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(StageOff.objects.filter(book=shop.book))


def test_the_page_explains_every_stage_and_owners_switch_there(shop, client):
    decided(shop, text="SHELL", account=shop.fuel)
    said(shop, "SHELL A")
    client.force_login(shop.user)
    page = reverse("classification:stages", kwargs={"book": shop.book.slug})
    switch = reverse("classification:switch-stage", kwargs={"book": shop.book.slug})

    client.post(switch, {"stage": "memory", "switch": "off"})
    client.post(switch, {"stage": "memory", "switch": "off"})
    client.post(switch, {"stage": "nonsense", "switch": "off"})
    shown = client.get(page).content.decode()

    assert Classification.objects.latest("pk").account is None
    assert [row.stage for row in StageOff.objects.all()] == ["memory"]
    assert all(stage.label.capitalize() in shown for stage in Stage)
    assert "It is off already." in shown
    assert "Switch memory of decisions on" in shown
    Membership.objects.filter(user=shop.user).update(role="bookkeeper")
    assert client.post(switch, {"stage": "memory", "switch": "on"}).status_code == 403
    assert "Switch memory" not in client.get(page).content.decode()


def test_no_line_is_proposed_for_a_receipt():
    file = BookedFile(1)
    take_in(file.bank, line(13, "-12.29", "BLUE FINCH COFFEE OAKLAND"))
    receipt = read_receipt(file.book)
    assert len(proposals_for(reading=receipt.reading)) == 1

    switch_stage_off(book=file.book, stage=Stage.RECEIPTS, user=file.owner, now=NOW)

    assert list(proposals_for(reading=receipt.reading)) == []


def test_accepting_a_suggestion_of_a_stage_that_went_off_is_still_a_persons_decision(shop):
    decided(shop, text="SHELL", account=shop.fuel)
    line_id = shop.line("SHELL A").pk
    classify_lines(book=shop.book, line_ids=[line_id])
    accept(book=shop.book, line_ids=[line_id], user=shop.user, now=NOW)

    off(shop, Stage.MEMORY)

    assert Classification.objects.get(pk=line_id).state == "accepted"
