"""What the agent said goes with its book and its line, and stays in its book."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledgerflow.agent.models import AgentConversation, AgentProposal, AgentTurn
from ledgerflow.classification.models import Classification
from ledgerflow.ops.services import purge_book
from ledgerflow.payees.services import name_payee
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, run_import, undo_import
from ledgerflow.toolbox.models import Tool, ToolRun
from tests.agent.desk import SEARCH, Desk
from tests.agent.samples import a_conversation
from tests.agent.server import answers
from tests.booked import NOW, BookedFile
from tests.exchange.archives import archived
from tests.factories import AccountFactory, BookFactory

CSV = b"Date,Description,Amount\n2026-03-02,Blue Heron Supply,-40.00\n"


def test_a_purged_book_takes_what_was_said_with_it(committed_db, tmp_path):
    file = BookedFile(2)
    line_id = Classification.objects.filter(book=file.book).values_list("line_id", flat=True)[0]
    account = AccountFactory(book=file.book, code="8888")
    a_conversation(book=file.book, user=file.owner, account=account, line_id=line_id)
    book_id = file.book.pk

    purge_book(
        book=file.book, typed_name=file.book.name, archive=archived(file.book, tmp_path / "book.zip"),
        user=file.owner, now=NOW,
    )  # fmt: skip

    for model in (AgentConversation, AgentTurn, AgentProposal):
        assert not model.objects.filter(book_id=book_id).exists()


def test_an_undone_import_takes_its_proposals_and_leaves_the_conversation(desk):
    received = receive_file(
        book=desk.book, name="march.csv", content=CSV, user=desk.user, now=NOW, bank_account=desk.bank
    )
    run_import(run_id=received.run.pk, now=NOW)
    desk.server.says(answers("6530"))
    assert desk.ask().suggested == 1

    undo_import(run=ImportRun.objects.get(pk=received.run.pk), user=desk.user, now=NOW)

    assert not AgentProposal.objects.exists()
    assert desk.conversation.outcome == "proposed"


@pytest.mark.parametrize("column", ["payee_id", "account_id"])
def test_a_conversation_names_no_row_of_another_book(desk, column):
    desk.open()
    desk.server.says(answers("6530"))
    desk.ask()
    other = BookFactory()
    strangers = {"payee_id": name_payee(book=other, name="X"), "account_id": AccountFactory(book=other)}
    said = desk.conversation
    said.pk = None
    setattr(said, column, strangers[column].pk)

    with pytest.raises(IntegrityError, match="in_book"), transaction.atomic():
        said.save(force_insert=True)


def test_a_turn_names_no_run_of_another_book(desk):
    desk.allow(tools=(SEARCH,))
    desk.open()
    desk.ask()
    tool = Tool.objects.get(module_path=SEARCH)
    own, strangers = (
        ToolRun.objects.create(
            tool=tool, module_path=SEARCH, version="1.0.0", book=book, asked_through="agent", started_at=NOW
        )
        for book in (desk.book, BookFactory())
    )
    AgentTurn.objects.create(
        book=desk.book, conversation=desk.conversation, no=50, kind="tool", state="sent", tool=SEARCH, sent={},
        day=NOW.date(), started_at=NOW,
    )  # fmt: skip
    turn = AgentTurn.objects.filter(no=50)

    with pytest.raises(IntegrityError, match="tool_run_in_book"), transaction.atomic():
        turn.update(state="answered", tool_run=strangers)

    assert turn.update(state="answered", tool_run=own) == 1


def test_a_proposal_is_its_conversations_and_for_a_line_of_its_book(desk, server, settings):
    line = desk.open()
    desk.server.says(answers("6530"))
    desk.ask()
    other = Desk(server, settings)
    elsewhere = other.open()
    said = desk.conversation if AgentConversation.objects.count() == 1 else None
    wrong = (
        {"line_id": elsewhere.pk, "account": desk.fuel},
        {"line_id": line.pk, "account": desk.food},
    )
    AgentProposal.objects.all()._raw_delete("default")
    for given in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            AgentProposal.objects.create(book=desk.book, conversation=said, proposed_at=NOW, **given)


def test_raw_sql_accepts_no_proposal_without_a_person_and_calls_none_sure(desk):
    desk.open()
    desk.server.says(answers("6530"))
    desk.ask()

    for change in ("state = 'accepted'", "confidence = 0.95", "state = 'posted', entry_number = 1"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE classification_classification SET {change} WHERE source = 'agent'")
