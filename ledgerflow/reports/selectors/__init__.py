"""What the reports show; everything that the ledger alone knows is in `ledgerflow.ledger.selectors`."""

from ledgerflow.reports.selectors.behind import every_line, kept_entries, lines_behind, shifts_behind
from ledgerflow.reports.selectors.cash import cash_accounts
from ledgerflow.reports.selectors.frame import frame_of
from ledgerflow.reports.selectors.general_ledger import (
    AccountPart,
    GeneralLedgerPage,
    LedgerPlace,
    general_ledger_page,
    general_ledger_parts,
)
from ledgerflow.reports.selectors.journal import JournalEntry, journal_lines, journal_report
from ledgerflow.reports.selectors.payees import PayeeFigures, payee_report
from ledgerflow.reports.selectors.provenance import ReportLine, accounts_by_id, with_provenance
from ledgerflow.reports.selectors.register import (
    RegisterFigures,
    RegisterReport,
    account_of,
    register_figures,
    register_lines,
    register_report,
)
from ledgerflow.reports.selectors.statements import (
    ByTag,
    balance_sheet_on,
    basis_notes,
    income_statement_by_tag,
    income_statement_on,
)

__all__ = [
    "AccountPart",
    "ByTag",
    "GeneralLedgerPage",
    "JournalEntry",
    "LedgerPlace",
    "PayeeFigures",
    "RegisterFigures",
    "RegisterReport",
    "ReportLine",
    "account_of",
    "accounts_by_id",
    "balance_sheet_on",
    "basis_notes",
    "cash_accounts",
    "every_line",
    "frame_of",
    "general_ledger_page",
    "general_ledger_parts",
    "income_statement_by_tag",
    "income_statement_on",
    "journal_lines",
    "journal_report",
    "kept_entries",
    "lines_behind",
    "payee_report",
    "register_figures",
    "register_lines",
    "register_report",
    "shifts_behind",
    "with_provenance",
]
