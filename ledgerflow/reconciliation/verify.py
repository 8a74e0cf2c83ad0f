"""Recompute from the rows what finished reconciliations and matches promise."""

from ledgerflow.books.models import Book
from ledgerflow.core.problems import Problem, whole_book_cursor

# Each query returns one sentence a problem. Balances are added up from the lines, not from the kept movements.
_CHECKS = {
    "reconciled": """
        SELECT format('%%s is called reconciled through %%s with %%s; the journal says %%s.', bank.name, done.as_of,
            trim_scale(done.bank_balance), trim_scale(coalesce(booked.total, 0)))
        FROM reconciliation_reconciliation done
        JOIN statements_bankaccount bank ON bank.id = done.bank_account_id
        LEFT JOIN LATERAL (
            SELECT sum(line.amount) AS total FROM ledger_journalline line
            WHERE line.book_id = done.book_id AND line.account_id = bank.ledger_account_id
                AND line.date <= done.as_of AND line.currency = bank.currency
        ) booked ON true
        WHERE done.book_id = %(book)s AND done.state = 'finished' AND coalesce(booked.total, 0) <> done.bank_balance
        ORDER BY bank.name, done.as_of
    """,
    "reconciled-statement": """
        SELECT format('%%s is reconciled through %%s with %%s; its statement closes with %%s.', bank.name, done.as_of,
            trim_scale(done.bank_balance), coalesce(trim_scale(said.closing_balance)::text, 'no balance'))
        FROM reconciliation_reconciliation done
        JOIN statements_bankaccount bank ON bank.id = done.bank_account_id
        LEFT JOIN statements_statement said ON said.book_id = done.book_id AND said.id = done.statement_id
            AND said.bank_account_id = done.bank_account_id
        WHERE done.book_id = %(book)s AND done.statement_id IS NOT NULL
            AND said.closing_balance IS DISTINCT FROM done.bank_balance
        ORDER BY bank.name, done.as_of
    """,
    "reconciled-log": """
        SELECT format('The reconciliation of %%s through %%s is called %%s with %%s; its log ends with %%s and %%s.',
            bank.name, done.as_of, done.state, trim_scale(done.bank_balance), coalesce(last.act, 'nothing'),
            coalesce(trim_scale(last.bank_balance)::text, 'no balance'))
        FROM reconciliation_reconciliation done
        JOIN statements_bankaccount bank ON bank.id = done.bank_account_id
        LEFT JOIN LATERAL (
            SELECT act, bank_balance, book_balance FROM reconciliation_reconciliationaction action
            WHERE action.book_id = done.book_id AND action.reconciliation_id = done.id ORDER BY action.id DESC LIMIT 1
        ) last ON true
        WHERE done.book_id = %(book)s AND (
            done.state IS DISTINCT FROM (
                CASE last.act WHEN 'finish' THEN 'finished' WHEN 'reopen' THEN 'reopened' ELSE 'open' END)
            OR done.state = 'finished' AND (last.bank_balance, last.book_balance)
                IS DISTINCT FROM (done.bank_balance, done.bank_balance))
        ORDER BY bank.name, done.as_of
    """,
    "reconciled-through": """
        SELECT format('%%s is locked through %%s; its last finished reconciliation is that of %%s.', bank.name,
            coalesce(bank.reconciled_through::text, 'no day'), coalesce(max(done.as_of)::text, 'no day'))
        FROM statements_bankaccount bank
        LEFT JOIN reconciliation_reconciliation done ON done.book_id = bank.book_id AND done.bank_account_id = bank.id
            AND done.state = 'finished'
        WHERE bank.book_id = %(book)s
        GROUP BY bank.id, bank.name, bank.reconciled_through
        HAVING bank.reconciled_through IS DISTINCT FROM max(done.as_of)
        UNION ALL
        SELECT format('Account %%s is locked through %%s; its bank accounts are reconciled through %%s.', account.code,
            coalesce(account.reconciled_through::text, 'no day'),
            coalesce(max(bank.reconciled_through)::text, 'no day'))
        FROM ledger_account account
        LEFT JOIN statements_bankaccount bank
            ON bank.book_id = account.book_id AND bank.ledger_account_id = account.id
        WHERE account.book_id = %(book)s
        GROUP BY account.id, account.code, account.reconciled_through
        HAVING account.reconciled_through IS DISTINCT FROM max(bank.reconciled_through)
        ORDER BY 1
    """,
    "matches": """
        SELECT format('The bank lines of match %%s add up to %%s, its journal lines to %%s.', match.id,
            coalesce(trim_scale(said.total)::text, 'nothing'), coalesce(trim_scale(booked.total)::text, 'nothing'))
        FROM reconciliation_match match
        JOIN statements_bankaccount bank ON bank.id = match.bank_account_id
        LEFT JOIN LATERAL (
            SELECT sum(line.amount) AS total FROM reconciliation_matchedline matched
            JOIN statements_statementline line ON line.id = matched.line_id AND line.book_id = matched.book_id
                AND line.bank_account_id = match.bank_account_id
            WHERE matched.book_id = match.book_id AND matched.match_id = match.id
        ) said ON true
        LEFT JOIN LATERAL (
            SELECT sum(line.amount) AS total FROM reconciliation_matchedentryline matched
            JOIN ledger_journalline line ON line.book_id = matched.book_id
                AND line.entry_number = matched.entry_number AND line.no = matched.no
                AND line.account_id = bank.ledger_account_id
            WHERE matched.book_id = match.book_id AND matched.match_id = match.id
        ) booked ON true
        WHERE match.book_id = %(book)s AND (said.total = booked.total) IS NOT TRUE ORDER BY match.id
    """,
    "matched": """
        SELECT format('Bank line %%s is called %%s and is in %%s.', coalesce(made.line_id, matched.line_id),
            coalesce(made.state, 'nothing'), CASE WHEN matched.line_id IS NULL THEN 'no match' ELSE 'a match' END)
        FROM (SELECT * FROM classification_classification WHERE book_id = %(book)s AND state = 'matched') made
        FULL JOIN (SELECT * FROM reconciliation_matchedline WHERE book_id = %(book)s) matched
            ON matched.line_id = made.line_id
        WHERE made.line_id IS NULL OR matched.line_id IS NULL ORDER BY 1
    """,
    "matched-reversed": """
        SELECT DISTINCT format('Entry %%s is matched with a bank line and reversed by entry %%s.', matched.entry_number,
            reversal.number)
        FROM reconciliation_matchedentryline matched
        JOIN ledger_journalentry reversal
            ON reversal.book_id = matched.book_id AND reversal.reverses_number = matched.entry_number
        WHERE matched.book_id = %(book)s ORDER BY 1
    """,
}


def problems(*, book: Book) -> list[Problem]:
    """Return what does not hold in the book's reconciliations, at most ten of each check; empty when all is well."""
    found = []
    with whole_book_cursor() as cursor:
        for check, query in _CHECKS.items():
            cursor.execute(query, {"book": book.pk})
            found += [Problem(check, sentence) for (sentence,) in cursor.fetchmany(10)]
    return found
