"""With four eyes on, whoever prepares a bank line does not post it: by no door, and not past the doors either."""

import pytest
from django.db import DatabaseError, transaction

from ledgerflow import cli
from ledgerflow.books.models import FourEyes, Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.books.services import FourEyesError, switch_four_eyes_off, switch_four_eyes_on
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule
from ledgerflow.ledger.models import Account, BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import TransferRefusedError
from ledgerflow.posting.services import confirm_sure_transfers, confirm_transfer, post_lines
from ledgerflow.review import services as review
from ledgerflow.review.models import Proposal
from ledgerflow.review.services import Proposer, propose_classification
from tests.booked import NOW, BookedFile
from tests.factories import MembershipFactory, UserFactory

OWN_LINES = "Whoever prepared it does not post it in this book; somebody else does."


def _prepared() -> BookedFile:
    """Three lines that the owner accepted; a bookkeeper may post too, and four eyes are on."""
    file = BookedFile(3, is_posted=False)
    file.decide_all()
    MembershipFactory(book=file.book, role=Role.BOOKKEEPER)
    switch_four_eyes_on(book=file.book, user=file.owner, now=NOW)
    return file


@pytest.fixture
def file(db: None) -> BookedFile:
    return _prepared()


def _other(file):
    return file.book.memberships.get(role=Role.BOOKKEEPER).user


def _post(file, user):
    return post_lines(book=file.book, line_ids=None, posted_by=user, posted_at=NOW)


def _states(file):
    return set(Classification.objects.filter(book=file.book).values_list("state", flat=True))


def test_somebody_else_posts_what_one_person_prepared(file):
    mine = _post(file, file.owner)
    others = _post(file, _other(file))

    assert (mine.posted, {why for _, why in mine.refused}, len(mine.refused)) == (0, {OWN_LINES}, 3)
    assert (others.posted, others.refused) == (3, ())


def test_of_a_mixed_set_each_posts_what_the_other_prepared(file):
    second = file.line_ids[1]
    review.decide(book=file.book, line_id=second, account=file.expense, user=_other(file), now=NOW)

    assert dict(_post(file, _other(file)).refused) == {second: OWN_LINES}
    assert _post(file, file.owner).posted == 1
    assert _states(file) == {State.POSTED}


def test_who_decided_last_prepared_it(file):
    line = file.line_ids[0]
    review.reopen(book=file.book, line_ids=[line], user=_other(file), now=NOW)
    review.accept(book=file.book, line_ids=[line], user=_other(file), now=NOW)

    assert line in dict(_post(file, _other(file)).refused)


def test_what_a_rule_accepted_is_posted_by_anybody(db):
    file = BookedFile(3, is_posted=False)
    MembershipFactory(book=file.book, role=Role.BOOKKEEPER)
    switch_four_eyes_on(book=file.book, user=file.owner, now=NOW)
    create_rule(
        book=file.book,
        conditions=RuleConditions(text="shop", direction=Rule.Direction.ANY),
        account=file.expense,
        mode=Rule.Mode.ACCEPT,
        user=file.owner,
        now=NOW,
    )
    classify_lines(book=file.book, line_ids=file.line_ids)

    assert _post(file, file.owner).posted == 3


def test_nobody_in_particular_posts_nothing_that_was_prepared(file):
    assert _post(file, None).posted == 0


def test_switched_off_everybody_posts_their_own_again(file):
    switch_four_eyes_off(book=file.book, user=file.owner, now=NOW)

    assert _post(file, file.owner).posted == 3


def test_another_book_is_not_meant(file):
    other = BookedFile(1)

    assert _states(other) == {State.POSTED}


def test_the_page_says_how_many_lines_wait_for_somebody_else(file):
    client = file.client(Role.OWNER)

    queue = client.get(file.address("review/?tab=reviewed")).content.decode()
    page = client.post(file.address("review/post/"), follow=True).content.decode()
    answer = client.post(file.address("review/post/"), headers={"Accept": "application/json"}).json()

    assert "3 were accepted by you and wait for somebody else" in queue
    assert f"prepared by {file.owner}" in queue
    assert "0 entries posted." in page
    assert f"3 lines: {OWN_LINES}" in page
    assert set(answer["refused"].values()) == {OWN_LINES}
    assert _states(file) == {State.ACCEPTED}


@pytest.mark.usefixtures("committed_db")
def test_the_command_says_the_same(capsys):
    file = _prepared()
    asked = ["post", "--book", file.book.slug, "--format", "json", "--user"]

    assert cli.main([*asked, file.owner.email]) == 0
    assert capsys.readouterr().out.count(OWN_LINES) == 3
    assert cli.main([*asked, _other(file).email]) == 0
    assert _states(file) == {State.POSTED}


def test_who_accepts_what_a_program_proposed_prepared_it(file):
    line = file.line_ids[0]
    review.reopen(book=file.book, line_ids=[line], user=_other(file), now=NOW)
    proposal = propose_classification(
        book=file.book,
        line_ids=[line],
        account=file.expense,
        by=Proposer(user=file.owner, through=Proposal.Through.API),
        now=NOW,
    )
    review.accept_proposal(book=file.book, proposal_id=proposal.pk, user=_other(file), now=NOW)

    assert line in dict(_post(file, _other(file)).refused)
    assert line not in dict(_post(file, file.owner).refused)


def test_a_transfer_is_not_prepared_and_posted_at_once(file):
    with pytest.raises(TransferRefusedError, match="let somebody else post them"):
        confirm_transfer(book=file.book, line_ids=file.line_ids[:2], user=file.owner, now=NOW)
    with pytest.raises(TransferRefusedError, match="four eyes"):
        confirm_sure_transfers(book=file.book, user=file.owner, now=NOW)


def _post_past_the_services(file, user, **changes):
    line = Classification.objects.select_related("line").get(line_id=file.line_ids[0])
    bank = Account.objects.get(pk=file.bank.ledger_account_id)
    amount = line.line.amount
    lines = [
        journal.LineDraft(bank.pk, "USD", amount, amount),
        journal.LineDraft(file.expense.pk, "USD", -amount, -amount),
    ]
    with transaction.atomic():
        batch = journal.post_entries(
            book=file.book,
            source=BatchSource.STATEMENT,
            entries=[journal.EntryDraft(date=line.line.date, lines=lines)],
            posted_by=user,
            posted_at=NOW,
        )
        Classification.objects.filter(pk=line.pk).update(
            state=State.POSTED, entry_number=batch.first_number, **changes
        )


def test_postgresql_refuses_it_to_whoever_goes_past_the_services(file):
    for user in (file.owner, None):
        with pytest.raises(DatabaseError, match="somebody else than who prepared it"):
            _post_past_the_services(file, user)

    _post_past_the_services(file, _other(file))


def test_postgresql_does_not_let_the_preparer_change_while_posting(file):
    with pytest.raises(DatabaseError, match="does not change"):
        _post_past_the_services(file, file.owner, decided_by=_other(file))


def test_it_needs_two_people_and_an_owner(db):
    file = BookedFile(1)
    given = {"book": file.book, "now": NOW}

    with pytest.raises(FourEyesError, match="two people who may post"):
        switch_four_eyes_on(user=file.owner, **given)
    MembershipFactory(book=file.book, role=Role.VIEWER)
    with pytest.raises(FourEyesError, match="two people who may post"):
        switch_four_eyes_on(user=file.owner, **given)
    reviewer = MembershipFactory(book=file.book, role=Role.REVIEWER).user
    with pytest.raises(NotAllowedError):
        switch_four_eyes_on(user=reviewer, **given)
    switch_four_eyes_on(user=file.owner, **given)
    with pytest.raises(FourEyesError, match="on already"):
        switch_four_eyes_on(user=file.owner, **given)
    with pytest.raises(NotAllowedError):
        switch_four_eyes_off(user=reviewer, **given)
    switch_four_eyes_off(user=file.owner, **given)
    with pytest.raises(FourEyesError, match="off already"):
        switch_four_eyes_off(user=file.owner, **given)


def test_who_switched_it_and_when_stays_on_record(file):
    with pytest.raises(DatabaseError, match="stays on record"), transaction.atomic():
        FourEyes.objects.update(switched_on_by=UserFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        FourEyes.objects.filter(book=file.book).delete()


def test_the_settings_switch_it_for_owners_and_show_it_to_all(db):
    file = BookedFile(1)
    owner, bookkeeper = file.client(Role.OWNER), file.client(Role.BOOKKEEPER)
    switch, settings = file.address("settings/four-eyes/"), file.address("settings/")

    assert bookkeeper.post(switch, {"switch": "on"}).status_code == 403
    page = owner.post(switch, {"switch": "on"}, follow=True).content.decode()

    assert "Four eyes are on." in page
    assert f"switched on by {file.owner}" in bookkeeper.get(settings).content.decode()
    assert "Four eyes are off." in owner.post(switch, {"switch": "off"}, follow=True).content.decode()
