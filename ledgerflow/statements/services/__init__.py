"""Bank accounts, imports of statements, and what people say about them."""

from ledgerflow.core.copying import TextRefusedError
from ledgerflow.statements.services._apply import LinesInUseError
from ledgerflow.statements.services.account_changes import change_bank_account
from ledgerflow.statements.services.accounts import (
    BankAccountRefusedError,
    are_named_alike,
    create_bank_account,
    forget_number,
    match_bank_account,
    may_be_number_of,
    remember_file_name,
    remember_number,
    stated_currency,
)
from ledgerflow.statements.services.answers import (
    AnswerRefusedError,
    OverrideRefusedError,
    answer_all_alike,
    answer_question,
    override_proof,
    separate_line,
)
from ledgerflow.statements.services.imports import (
    AlreadyImportedError,
    ImportOutcome,
    StatementRefusedError,
    import_statement,
)
from ledgerflow.statements.services.layouts import (
    LayoutUnknownError,
    forget_layout,
    note_proofs,
    remember_layout,
)
from ledgerflow.statements.services.receipts import (
    ReceiptError,
    attach_receipts,
    decline_receipt,
    detach_receipt,
)
from ledgerflow.statements.services.undo import NotImportedError, UndoneImport, undo_import

__all__ = [
    "AlreadyImportedError",
    "AnswerRefusedError",
    "BankAccountRefusedError",
    "ImportOutcome",
    "LayoutUnknownError",
    "LinesInUseError",
    "NotImportedError",
    "OverrideRefusedError",
    "ReceiptError",
    "StatementRefusedError",
    "TextRefusedError",
    "UndoneImport",
    "answer_all_alike",
    "answer_question",
    "are_named_alike",
    "attach_receipts",
    "change_bank_account",
    "create_bank_account",
    "decline_receipt",
    "detach_receipt",
    "forget_layout",
    "forget_number",
    "import_statement",
    "match_bank_account",
    "may_be_number_of",
    "note_proofs",
    "override_proof",
    "remember_file_name",
    "remember_layout",
    "remember_number",
    "separate_line",
    "stated_currency",
    "undo_import",
]
