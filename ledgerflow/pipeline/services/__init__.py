"""Take files in, run them through the stages, undo imports."""

from ledgerflow.pipeline.services._protected import is_protected
from ledgerflow.pipeline.services._waiting import IMPORT_JOB
from ledgerflow.pipeline.services.columns import (
    Columns,
    ColumnsRefusedError,
    SavedColumns,
    forget_columns,
    look_at_columns,
    save_columns,
)
from ledgerflow.pipeline.services.day_orders import answer_order, change_order, forget_order
from ledgerflow.pipeline.services.looking import LookedAt, LookRefusedError, let_in, look_at
from ledgerflow.pipeline.services.moving import move_to_account
from ledgerflow.pipeline.services.questions import answer_question, separate_line
from ledgerflow.pipeline.services.receive import (
    Answer,
    Received,
    RunNotWaitingError,
    answer_account,
    discard,
    receive_file,
    receive_files,
    retry,
    take_as_receipt,
    take_in_again,
)
from ledgerflow.pipeline.services.run import give_up, run_import
from ledgerflow.pipeline.services.undo import UndoPreview, UndoRefusedError, preview_undo, undo_import
from ledgerflow.statements.services import answer_all_alike

__all__ = [
    "IMPORT_JOB",
    "Answer",
    "Columns",
    "ColumnsRefusedError",
    "LookRefusedError",
    "LookedAt",
    "Received",
    "RunNotWaitingError",
    "SavedColumns",
    "UndoPreview",
    "UndoRefusedError",
    "answer_account",
    "answer_all_alike",
    "answer_order",
    "answer_question",
    "change_order",
    "discard",
    "forget_columns",
    "forget_order",
    "give_up",
    "is_protected",
    "let_in",
    "look_at",
    "look_at_columns",
    "move_to_account",
    "preview_undo",
    "receive_file",
    "receive_files",
    "retry",
    "run_import",
    "save_columns",
    "separate_line",
    "take_as_receipt",
    "take_in_again",
    "undo_import",
]
