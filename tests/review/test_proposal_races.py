"""Two people, and two programs, at the same proposal at once."""

import threading

from django.db import connection

from ledgerflow.classification.models import DecisionChange
from ledgerflow.review.models import Proposal
from ledgerflow.review.services import (
    ProposalDecidedError,
    Proposer,
    accept_proposal,
    propose_classification,
)
from tests.booked import NOW, BookedFile


def _propose(file) -> Proposal:
    by = Proposer(user=file.owner, through=Proposal.Through.MCP)
    return propose_classification(
        book=file.book, line_ids=file.line_ids, account=file.expense, by=by, now=NOW
    )


def _at_once(work, count=4) -> list:
    outcomes = []

    def run() -> None:
        try:
            outcomes.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_those_who_accept_at_once_one_does_it(committed_db):
    file = BookedFile(2, is_posted=False)
    proposal = _propose(file)

    def accept() -> str:
        try:
            done = accept_proposal(book=file.book, proposal_id=proposal.pk, user=file.owner, now=NOW)
        except ProposalDecidedError:
            return "decided already"
        return done.state

    assert sorted(_at_once(accept)) == ["accepted", *["decided already"] * 3]
    assert DecisionChange.objects.count() == 2


def test_those_who_propose_the_same_at_once_make_it_once(committed_db):
    file = BookedFile(2, is_posted=False)

    made = _at_once(lambda: _propose(file).pk)

    assert len(made) == 4
    assert set(made) == {Proposal.objects.get().pk}
