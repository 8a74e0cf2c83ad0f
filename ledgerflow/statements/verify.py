"""Recompute from the rows what must hold for a book's statements and lines."""

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem, whole_book_cursor

#: Each check has a name, a sentence and the query that finds what breaks it; the sentence is filled from the row.
_CHECKS = (
    (
        "seen",
        "Line {} of {} is shown by no statement.",
        """
        SELECT line.id, line.date FROM statements_statementline line
        LEFT JOIN statements_sighting sighting ON sighting.book_id = line.book_id AND sighting.line_id = line.id
        WHERE line.book_id = %s AND sighting.line_id IS NULL ORDER BY line.id
        """,
    ),
    (
        "counted",
        "Statement {} says {} lines of {} in total, but it shows {} of {}.",
        """
        SELECT statement.id, statement.line_count, statement.total, count(line.id), coalesce(sum(line.amount), 0)
        FROM statements_statement statement
        LEFT JOIN statements_sighting sighting
            ON sighting.book_id = statement.book_id AND sighting.statement_id = statement.id
        LEFT JOIN statements_statementline line ON line.id = sighting.line_id AND line.book_id = statement.book_id
            AND line.bank_account_id = statement.bank_account_id
        WHERE statement.book_id = %s
        GROUP BY statement.id, statement.line_count, statement.total
        HAVING count(line.id) <> statement.line_count OR coalesce(sum(line.amount), 0) <> statement.total
            OR count(DISTINCT line.id) <> statement.line_count
        ORDER BY statement.id
        """,
    ),
    (
        "sightings",
        "Sighting {} belongs to statement {}, which is not there.",
        """
        SELECT sighting.no, sighting.statement_id FROM statements_sighting sighting
        LEFT JOIN statements_statement statement
            ON statement.book_id = sighting.book_id AND statement.id = sighting.statement_id
        WHERE sighting.book_id = %s AND statement.id IS NULL ORDER BY sighting.statement_id, sighting.no
        """,
    ),
    (
        "documents",
        "Statement {} came from document {}, which is not in the book.",
        """
        SELECT statement.id, statement.document_id FROM statements_statement statement
        LEFT JOIN documents_document document
            ON document.book_id = statement.book_id AND document.id = statement.document_id
        WHERE statement.book_id = %s AND document.id IS NULL ORDER BY statement.id
        """,
    ),
    (
        "receipts",
        "Receipt {} of line {} is not in the book any more.",
        """
        SELECT attached.receipt_id, attached.line_id FROM statements_linereceipt attached
        LEFT JOIN documents_receipt receipt
            ON receipt.book_id = attached.book_id AND receipt.document_id = attached.receipt_id
        LEFT JOIN documents_document document
            ON document.book_id = receipt.book_id AND document.id = receipt.document_id
        WHERE attached.book_id = %s AND document.id IS NULL ORDER BY attached.id
        """,
    ),
    (
        "receipts of lines",
        "Receipt {} is attached to line {}, which is not in the book.",
        """
        SELECT attached.receipt_id, attached.line_id FROM statements_linereceipt attached
        LEFT JOIN statements_statementline line ON line.id = attached.line_id AND line.book_id = attached.book_id
        WHERE attached.book_id = %s AND attached.line_id IS NOT NULL AND line.id IS NULL ORDER BY attached.id
        """,
    ),
    (
        "currency",
        "Line {} of {} is in {}, and its bank account is not.",
        """
        SELECT line.id, line.date, line.currency FROM statements_statementline line
        LEFT JOIN statements_bankaccount account
            ON account.book_id = line.book_id AND account.id = line.bank_account_id
        WHERE line.book_id = %s AND account.currency IS DISTINCT FROM line.currency ORDER BY line.id
        """,
    ),
    (
        "proof",
        "Statement {} is called proven, but {} plus its booked lines ({}) is not {}.",
        """
        SELECT statement.id, statement.opening_balance,
            coalesce(sum(line.amount) FILTER (WHERE NOT sighting.is_pending), 0), statement.closing_balance
        FROM statements_statement statement
        LEFT JOIN statements_sighting sighting
            ON sighting.book_id = statement.book_id AND sighting.statement_id = statement.id
        LEFT JOIN statements_statementline line ON line.id = sighting.line_id
        WHERE statement.book_id = %s AND statement.proof = 'PROVEN'
        GROUP BY statement.id, statement.opening_balance, statement.closing_balance
        HAVING statement.opening_balance + coalesce(sum(line.amount) FILTER (WHERE NOT sighting.is_pending), 0)
            <> statement.closing_balance
            OR (statement.opening_balance IS NULL OR statement.closing_balance IS NULL) AND count(sighting.balance) = 0
        ORDER BY statement.id
        """,
    ),
    (
        "holds",
        "Line {} of {} is held back for its proof although a statement that is good shows it, or the other way round.",
        """
        SELECT line.id, line.date FROM statements_statementline line
        JOIN statements_sighting sighting ON sighting.book_id = line.book_id AND sighting.line_id = line.id
        JOIN statements_statement statement ON statement.id = sighting.statement_id
        WHERE line.book_id = %s AND line.hold NOT IN ('question', 'lapsed')
        GROUP BY line.id, line.date, line.hold
        HAVING (line.hold = 'proof') <> bool_and(statement.proof = 'DISCREPANCY' AND statement.overridden_at IS NULL)
        ORDER BY line.id
        """,
    ),
    (
        "twins",
        "Line {} of {} is held as the twin of another one, and nothing says of which.",
        """
        SELECT line.id, line.date FROM statements_statementline line
        WHERE line.book_id = %s AND line.hold = 'twin' AND line.id NOT IN (
            SELECT sighting.line_id FROM statements_dayquestion question
            CROSS JOIN LATERAL (VALUES (question.statement_id, question.no),
                (question.other_statement_id, question.other_no)) AS said (statement_id, no)
            JOIN statements_sighting sighting ON sighting.book_id = question.book_id
                AND sighting.statement_id = said.statement_id AND sighting.no = said.no
            WHERE question.book_id = line.book_id AND question.other_no IS NOT NULL AND question.answer = 'same'
        )
        ORDER BY line.id
        """,
    ),
)
_MOST_OF_A_KIND = 20


def problems(*, book: Book) -> list[Problem]:
    """Return what does not hold in the book's statements, at most twenty of each kind."""
    found = []
    with whole_book_cursor() as cursor:
        for check, sentence, query in _CHECKS:
            cursor.execute(f"{query} LIMIT {_MOST_OF_A_KIND}", [book.pk])
            found += [Problem(check, sentence.format(*row)) for row in cursor.fetchall()]
    return found
