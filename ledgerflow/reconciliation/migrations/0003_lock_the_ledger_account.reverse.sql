DROP TRIGGER reconciliation_reversal_arrives ON ledger_journalentry;
DROP FUNCTION reconciliation_reversal_arrives();

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
    RETURN NEW;
END
$$;

CREATE FUNCTION reconciliation_lines_arrive() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
    SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS
$$
DECLARE
    arrived record;
    wrong record;
BEGIN
    SELECT min(book_id) AS first_book, max(book_id) AS last_book, min(date) AS earliest INTO arrived FROM fresh;
    PERFORM FROM statements_bankaccount
     WHERE book_id BETWEEN arrived.first_book AND arrived.last_book AND reconciled_through >= arrived.earliest;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT bank.name, bank.reconciled_through, fresh.date INTO wrong
      FROM fresh JOIN statements_bankaccount AS bank
        ON bank.book_id = fresh.book_id AND bank.ledger_account_id = fresh.account_id
     WHERE fresh.date <= bank.reconciled_through
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is reconciled through %, and an entry on it is dated %; choose a later date, or reopen the'
            ' reconciliation.', wrong.name, wrong.reconciled_through, wrong.date USING ERRCODE = 'LF020';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reconciliation_lines_arrive AFTER INSERT ON ledger_journalline REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_lines_arrive();

CREATE FUNCTION reconciliation_entries_arrive() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS
$$
DECLARE
    matched bigint;
BEGIN
    SELECT fresh.reverses_number INTO matched
      FROM fresh JOIN reconciliation_matchedentryline AS line
        ON line.book_id = fresh.book_id AND line.entry_number = fresh.reverses_number
     WHERE fresh.reverses_number IS NOT NULL
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % is matched with a bank line; take the match apart in the reconciliation first.', matched
            USING ERRCODE = 'LF023';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reconciliation_entries_arrive AFTER INSERT ON ledger_journalentry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_entries_arrive();
