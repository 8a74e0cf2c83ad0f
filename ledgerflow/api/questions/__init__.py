"""The questions to the books that REST and MCP ask: each opens the book for the caller and answers with a shape."""

from ledgerflow.api.questions.asked import LONGEST_PAGE, PAGE, QuestionError
from ledgerflow.api.questions.books import account_balances, list_accounts, list_books, one_book
from ledgerflow.api.questions.journal import entries, one_entry
from ledgerflow.api.questions.lines import lines, one_line
from ledgerflow.api.questions.reports import document_text, report
from ledgerflow.api.questions.staged import one_proposal, proposal_shape, proposals

__all__ = [
    "LONGEST_PAGE",
    "PAGE",
    "QuestionError",
    "account_balances",
    "document_text",
    "entries",
    "lines",
    "list_accounts",
    "list_books",
    "one_book",
    "one_entry",
    "one_line",
    "one_proposal",
    "proposal_shape",
    "proposals",
    "report",
]
