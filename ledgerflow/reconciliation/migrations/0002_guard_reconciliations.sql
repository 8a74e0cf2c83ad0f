-- A reconciliation is finished only where bank and books agree to the last digit, recomputed here from the journal.
-- Finished, it locks the ledger account of its bank account through its day. Everything is kept as a log.
--
-- Errors have codes of their own, LF020 to LF023; ledgerflow.reconciliation.errors names them.
ALTER TABLE reconciliation_reconciliation
    ADD CONSTRAINT reconciliation_of_account FOREIGN KEY (book_id, bank_account_id)
        REFERENCES statements_bankaccount (book_id, id),
    ADD CONSTRAINT reconciliation_of_statement FOREIGN KEY (book_id, statement_id)
        REFERENCES statements_statement (book_id, id),
    ADD CONSTRAINT reconciliation_balance_is_a_number CHECK (bank_balance <> 'NaN'),
    ADD CONSTRAINT reconciliation_day_is_real CHECK (as_of BETWEEN '1900-01-01' AND '9999-12-31');
ALTER TABLE reconciliation_reconciliationaction ADD CONSTRAINT reconciliation_action_of_its_book
    FOREIGN KEY (book_id, reconciliation_id) REFERENCES reconciliation_reconciliation (book_id, id);
ALTER TABLE reconciliation_match ADD CONSTRAINT reconciliation_match_of_account
    FOREIGN KEY (book_id, bank_account_id) REFERENCES statements_bankaccount (book_id, id);
ALTER TABLE reconciliation_matchedline ADD CONSTRAINT reconciliation_line_of_match
    FOREIGN KEY (book_id, match_id) REFERENCES reconciliation_match (book_id, id);
ALTER TABLE reconciliation_matchedentryline ADD CONSTRAINT reconciliation_entry_line_of_match
    FOREIGN KEY (book_id, match_id) REFERENCES reconciliation_match (book_id, id);

CREATE FUNCTION reconciliation_refuse() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'LF022';
END
$$;

-- Reconciliations

CREATE FUNCTION reconciliation_check_statement() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (
        SELECT FROM statements_statement
         WHERE book_id = NEW.book_id AND id = NEW.statement_id AND bank_account_id = NEW.bank_account_id
           AND closing_balance = NEW.bank_balance AND greatest(complete_to, last_date) = NEW.as_of)
    THEN
        RAISE EXCEPTION 'The statement is not of this bank account, or does not close with this balance on this day.'
            USING ERRCODE = 'LF022';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER reconciliation_1_begins_open BEFORE INSERT ON reconciliation_reconciliation FOR EACH ROW
    WHEN (NEW.state <> 'open') EXECUTE FUNCTION reconciliation_refuse('A reconciliation begins open.');
CREATE TRIGGER reconciliation_2_keeps_its_account BEFORE UPDATE ON reconciliation_reconciliation FOR EACH ROW
    WHEN ((NEW.id, NEW.book_id, NEW.bank_account_id) IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.bank_account_id))
    EXECUTE FUNCTION reconciliation_refuse('A reconciliation keeps its bank account.');
CREATE TRIGGER reconciliation_3_is_finished_by_the_log BEFORE UPDATE ON reconciliation_reconciliation FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION reconciliation_refuse('A reconciliation is finished and reopened by the log that says who did.');
CREATE TRIGGER reconciliation_4_stays_as_finished BEFORE UPDATE ON reconciliation_reconciliation FOR EACH ROW
    WHEN (OLD.state = 'finished' AND (NEW.as_of, NEW.statement_id, NEW.bank_balance, NEW.started_by_id, NEW.started_at)
          IS DISTINCT FROM (OLD.as_of, OLD.statement_id, OLD.bank_balance, OLD.started_by_id, OLD.started_at))
    EXECUTE FUNCTION reconciliation_refuse('A finished reconciliation does not change; reopen it first.');
CREATE TRIGGER reconciliation_5_agrees_with_its_statement
    BEFORE INSERT OR UPDATE OF statement_id, bank_balance, as_of ON reconciliation_reconciliation FOR EACH ROW
    WHEN (NEW.statement_id IS NOT NULL) EXECUTE FUNCTION reconciliation_check_statement();
CREATE TRIGGER reconciliation_6_stays BEFORE DELETE ON reconciliation_reconciliation FOR EACH ROW
    WHEN (OLD.state <> 'open')
    EXECUTE FUNCTION reconciliation_refuse('A reconciliation that was ever finished is kept.');
CREATE TRIGGER reconciliation_7_stays BEFORE TRUNCATE ON reconciliation_reconciliation
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse('Reconciliations are not truncated.');

-- Writing the log is the act. The book's state row is locked first, as by every posting: a posting that is under way
-- is waited for, and one that comes later sees the lock.
CREATE FUNCTION reconciliation_acts() RETURNS trigger
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

CREATE TRIGGER reconciliation_acts BEFORE INSERT ON reconciliation_reconciliationaction
    FOR EACH ROW EXECUTE FUNCTION reconciliation_acts();
CREATE TRIGGER reconciliation_action_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation_reconciliationaction
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse('What was finished and reopened stays on record.');

CREATE FUNCTION reconciliation_keep_account() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF OLD.reconciled_through IS NOT NULL
        OR EXISTS (SELECT FROM reconciliation_match WHERE bank_account_id = OLD.id AND book_id = OLD.book_id)
    THEN
        RAISE EXCEPTION '% is reconciled, or matched with entries, so it keeps its ledger account.', OLD.name
            USING ERRCODE = 'LF022';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER reconciliation_keep_account BEFORE UPDATE ON statements_bankaccount FOR EACH ROW
    WHEN (OLD.ledger_account_id <> NEW.ledger_account_id) EXECUTE FUNCTION reconciliation_keep_account();

-- The journal

-- Most postings are younger than what is reconciled: they are done after one look at the bank accounts of their book.
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

-- Matches: looked at when the transaction ends, because a match and its lines come one after the other.

CREATE FUNCTION reconciliation_match_adds_up(the_book bigint, the_match bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    bank statements_bankaccount;
    said record;
    booked record;
BEGIN
    SELECT account.* INTO bank FROM reconciliation_match AS match
      JOIN statements_bankaccount AS account ON account.book_id = match.book_id AND account.id = match.bank_account_id
     WHERE match.book_id = the_book AND match.id = the_match;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM ledger_lock(the_book);  -- whoever reverses one of the entries waits, or was first
    SELECT count(*) AS lines, sum(line.amount) AS total,
           bool_and((line.bank_account_id = bank.id AND line.hold = '' AND NOT line.is_pending
                     AND made.state = 'matched') IS TRUE) AS are_sound
      INTO said
      FROM reconciliation_matchedline AS matched
      LEFT JOIN statements_statementline AS line ON line.id = matched.line_id AND line.book_id = matched.book_id
      LEFT JOIN classification_classification AS made ON made.line_id = matched.line_id AND made.book_id = matched.book_id
     WHERE matched.book_id = the_book AND matched.match_id = the_match;
    SELECT count(*) AS lines, sum(line.amount) AS total,
           bool_and((line.account_id = bank.ledger_account_id AND line.currency = bank.currency
                     AND (batch.source <> 'statement' OR line.no > 1) AND entry.reverses_number IS NULL
                     AND reversal.number IS NULL) IS TRUE) AS are_sound
      INTO booked
      FROM reconciliation_matchedentryline AS matched
      LEFT JOIN ledger_journalline AS line
             ON line.book_id = matched.book_id AND line.entry_number = matched.entry_number AND line.no = matched.no
      LEFT JOIN ledger_journalentry AS entry
             ON entry.book_id = matched.book_id AND entry.number = matched.entry_number
      LEFT JOIN ledger_postingbatch AS batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
      LEFT JOIN ledger_journalentry AS reversal
             ON reversal.book_id = matched.book_id AND reversal.reverses_number = matched.entry_number
     WHERE matched.book_id = the_book AND matched.match_id = the_match;
    IF said.lines = 0 OR booked.lines = 0 OR NOT said.are_sound OR NOT booked.are_sound THEN
        RAISE EXCEPTION 'A match has booked lines of one bank account, and lines on its ledger account that stand for no'
            ' bank line of it and are not reversed.' USING ERRCODE = 'LF021';
    END IF;
    IF said.total <> booked.total THEN
        RAISE EXCEPTION 'The bank lines of a match add up to %, its journal lines to %.',
            trim_scale(said.total), trim_scale(booked.total) USING ERRCODE = 'LF021';
    END IF;
END
$$;

CREATE FUNCTION reconciliation_check_match() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF TG_TABLE_NAME = 'reconciliation_match' THEN
        PERFORM reconciliation_match_adds_up(NEW.book_id, NEW.id);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM reconciliation_match_adds_up(OLD.book_id, OLD.match_id);
    ELSE
        PERFORM reconciliation_match_adds_up(NEW.book_id, NEW.match_id);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER reconciliation_match_adds_up AFTER INSERT ON reconciliation_match
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_match();
CREATE CONSTRAINT TRIGGER reconciliation_matched_line_adds_up AFTER INSERT OR DELETE ON reconciliation_matchedline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_match();
CREATE CONSTRAINT TRIGGER reconciliation_matched_entry_adds_up AFTER INSERT OR DELETE ON reconciliation_matchedentryline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_match();

-- What is reconciled stays matched: a match of reconciled days is taken apart only after reopening.
CREATE FUNCTION reconciliation_keep_match() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    day date;
    bank statements_bankaccount;
BEGIN
    IF TG_TABLE_NAME = 'reconciliation_matchedline' THEN
        SELECT date INTO day FROM statements_statementline WHERE id = OLD.line_id;
    ELSE
        SELECT date INTO day FROM ledger_journalline
         WHERE book_id = OLD.book_id AND entry_number = OLD.entry_number AND no = OLD.no;
    END IF;
    SELECT account.* INTO bank FROM reconciliation_match AS match
      JOIN statements_bankaccount AS account ON account.id = match.bank_account_id
     WHERE match.book_id = OLD.book_id AND match.id = OLD.match_id FOR SHARE OF account;  -- whoever finishes waits
    IF day <= bank.reconciled_through THEN
        RAISE EXCEPTION '% is reconciled through %; reopen the reconciliation before the match of % is taken apart.',
            bank.name, bank.reconciled_through, day USING ERRCODE = 'LF021';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER reconciliation_keep_match BEFORE DELETE ON reconciliation_matchedline
    FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_match();
CREATE TRIGGER reconciliation_keep_match BEFORE DELETE ON reconciliation_matchedentryline
    FOR EACH ROW EXECUTE FUNCTION reconciliation_keep_match();
CREATE TRIGGER reconciliation_match_stays BEFORE UPDATE OR TRUNCATE ON reconciliation_match
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse('A match is taken apart and made anew, never changed.');
CREATE TRIGGER reconciliation_match_stays BEFORE UPDATE OR TRUNCATE ON reconciliation_matchedline
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse('A match is taken apart and made anew, never changed.');
CREATE TRIGGER reconciliation_match_stays BEFORE UPDATE OR TRUNCATE ON reconciliation_matchedentryline
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_refuse('A match is taken apart and made anew, never changed.');

-- A bank line is called matched exactly while it is in a match; so nobody posts it, decides about it or takes it away.

CREATE FUNCTION reconciliation_check_state() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    the_line bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.line_id ELSE NEW.line_id END;
BEGIN
    IF EXISTS (SELECT FROM classification_classification WHERE line_id = the_line AND state = 'matched')
        <> EXISTS (SELECT FROM reconciliation_matchedline WHERE line_id = the_line)
    THEN
        RAISE EXCEPTION 'A bank line is called matched exactly while it is in a match; take the match apart first.'
            USING ERRCODE = 'LF021';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER reconciliation_check_state AFTER DELETE ON reconciliation_matchedline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reconciliation_check_state();
CREATE CONSTRAINT TRIGGER reconciliation_check_state AFTER UPDATE ON classification_classification
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state AND (OLD.state = 'matched' OR NEW.state = 'matched'))
    EXECUTE FUNCTION reconciliation_check_state();
CREATE TRIGGER reconciliation_refuse_matched BEFORE INSERT ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'matched')
    EXECUTE FUNCTION classification_refuse('A line is matched with an entry, not by a word.');
CREATE TRIGGER reconciliation_keep_matched BEFORE DELETE ON classification_classification FOR EACH ROW
    WHEN (OLD.state = 'matched')
    EXECUTE FUNCTION classification_refuse('The classification of a matched line stays; take the match apart first.');

REVOKE EXECUTE ON FUNCTION reconciliation_acts() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION reconciliation_acts() FROM lf_app;
        REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON reconciliation_reconciliation FROM lf_app;
        GRANT UPDATE (as_of, statement_id, bank_balance) ON reconciliation_reconciliation TO lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON reconciliation_reconciliationaction FROM lf_app;
        REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER
            ON reconciliation_match, reconciliation_matchedline, reconciliation_matchedentryline FROM lf_app;
    END IF;
END
$$;
