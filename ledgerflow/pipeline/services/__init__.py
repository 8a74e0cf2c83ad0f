"""Take files in, run them through the stages, undo imports."""

from ledgerflow.pipeline.services.columns import (
    Columns,
    ColumnsRefusedError,
    SavedColumns,
    forget_columns,
    look_at_columns,
    save_columns,
)
from ledgerflow.pipeline.services.questions import answer_question, separate_line
from ledgerflow.pipeline.services.receive import (
    Answer,
    Received,
    RunNotWaitingError,
    answer_account,
    receive_file,
    receive_files,
    retry,
    take_as_receipt,
)
from ledgerflow.pipeline.services.run import IMPORT_JOB, give_up, run_import
from ledgerflow.pipeline.services.undo import UndoPreview, UndoRefusedError, preview_undo, undo_import

__all__ = [
    "IMPORT_JOB",
    "Answer",
    "Columns",
    "ColumnsRefusedError",
    "Received",
    "RunNotWaitingError",
    "SavedColumns",
    "UndoPreview",
    "UndoRefusedError",
    "answer_account",
    "answer_question",
    "forget_columns",
    "give_up",
    "look_at_columns",
    "preview_undo",
    "receive_file",
    "receive_files",
    "retry",
    "run_import",
    "save_columns",
    "separate_line",
    "take_as_receipt",
    "undo_import",
]
