-- A finished reconciliation locks the ledger account itself, where every posting is looked at anyway: nothing asks the
-- bank accounts of a book any more. Only reversals are looked at for a match, one by one, and they are few.
DROP TRIGGER reconciliation_lines_arrive ON ledger_journalline;
DROP FUNCTION reconciliation_lines_arrive();
DROP TRIGGER reconciliation_entries_arrive ON ledger_journalentry;
DROP FUNCTION reconciliation_entries_arrive();

CREATE OR REPLACE FUNCTION reconciliation_acts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    the reconciliation_reconciliation;
    bank statements_bankaccount;
    first_of_month date;
    books numeric;
    later date;
BEGIN
    PERFORM FROM ledger_ledgerstate WHERE book_id = NEW.book_id FOR UPDATE;
    SELECT * INTO the FROM reconciliation_reconciliation
     WHERE book_id = NEW.book_id AND id = NEW.reconciliation_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Book % has no such reconciliation.', NEW.book_id USING ERRCODE = 'LF022';
    END IF;
    SELECT * INTO bank FROM statements_bankaccount WHERE book_id = the.book_id AND id = the.bank_account_id FOR UPDATE;
    first_of_month := date_trunc('month', the.as_of::timestamp)::date;
    SELECT coalesce(sum(amount), 0) INTO books
      FROM (SELECT amount FROM ledger_movement AS movement
             WHERE movement.book_id = the.book_id AND movement.account_id = bank.ledger_account_id
               AND movement.month < first_of_month AND movement.currency = bank.currency
             UNION ALL
            SELECT amount FROM ledger_journalline AS line
             WHERE line.book_id = the.book_id AND line.account_id = bank.ledger_account_id
               AND line.date BETWEEN first_of_month AND the.as_of AND line.currency = bank.currency) AS moved;
    IF NEW.act = 'finish' THEN
        IF the.state = 'finished' THEN
            RAISE EXCEPTION '% is reconciled through % already.', bank.name, the.as_of USING ERRCODE = 'LF022';
        END IF;
        IF books <> the.bank_balance THEN
            RAISE EXCEPTION 'The bank says % and the books say %, so the reconciliation cannot be finished.',
                trim_scale(the.bank_balance), trim_scale(books) USING ERRCODE = 'LF022';
        END IF;
    ELSE
        IF the.state <> 'finished' THEN
            RAISE EXCEPTION 'The reconciliation is not finished, so there is nothing to reopen.' USING ERRCODE = 'LF022';
        END IF;
        SELECT max(as_of) INTO later FROM reconciliation_reconciliation
         WHERE book_id = the.book_id AND bank_account_id = the.bank_account_id AND state = 'finished'
           AND as_of > the.as_of;
        IF later IS NOT NULL THEN
            RAISE EXCEPTION '% is reconciled through %; reopen that reconciliation first.', bank.name, later
                USING ERRCODE = 'LF022';
        END IF;
    END IF;
    NEW.bank_balance := the.bank_balance;
    NEW.book_balance := books;
    UPDATE reconciliation_reconciliation SET state = CASE NEW.act WHEN 'finish' THEN 'finished' ELSE 'reopened' END
     WHERE id = the.id;
    UPDATE statements_bankaccount SET reconciled_through = (
            SELECT max(as_of) FROM reconciliation_reconciliation
             WHERE book_id = the.book_id AND bank_account_id = the.bank_account_id AND state = 'finished')
     WHERE id = bank.id;
    UPDATE ledger_account SET reconciled_through = (
            SELECT max(reconciled_through) FROM statements_bankaccount
             WHERE book_id = the.book_id AND ledger_account_id = bank.ledger_account_id)
     WHERE id = bank.ledger_account_id;
    RETURN NEW;
END
$$;

ALTER TABLE ledger_account DISABLE TRIGGER ledger_reconciled_day_is_derived;
UPDATE ledger_account AS account SET reconciled_through = reconciled.through
  FROM (SELECT ledger_account_id, max(reconciled_through) AS through FROM statements_bankaccount GROUP BY 1) AS reconciled
 WHERE account.id = reconciled.ledger_account_id AND reconciled.through IS NOT NULL;
ALTER TABLE ledger_account ENABLE TRIGGER ledger_reconciled_day_is_derived;

CREATE FUNCTION reconciliation_reversal_arrives() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF EXISTS (
        SELECT FROM reconciliation_matchedentryline
         WHERE book_id = NEW.book_id AND entry_number = NEW.reverses_number)
    THEN
        RAISE EXCEPTION 'Entry % is matched with a bank line; take the match apart in the reconciliation first.',
            NEW.reverses_number USING ERRCODE = 'LF023';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reconciliation_reversal_arrives AFTER INSERT ON ledger_journalentry FOR EACH ROW
    WHEN (NEW.reverses_number IS NOT NULL) EXECUTE FUNCTION reconciliation_reversal_arrives();
