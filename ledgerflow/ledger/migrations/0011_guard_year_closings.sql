-- What a closed year promises is looked at when the transaction commits, because the entry, the row that names it and
-- the closing of the period come one after the other: income and expenses stand at zero at the end of its last day, and
-- nobody posts there any more.
ALTER TABLE ledger_yearclosing
    ADD CONSTRAINT ledger_closing_by_entry FOREIGN KEY (book_id, entry_number)
        REFERENCES ledger_journalentry (book_id, number),
    ADD CONSTRAINT ledger_closing_taken_back_by_entry FOREIGN KEY (book_id, reversed_by_number)
        REFERENCES ledger_journalentry (book_id, number);

CREATE FUNCTION ledger_year_is_closed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    open_account text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ledger_journalentry AS entry
          JOIN ledger_postingbatch AS batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
         WHERE entry.book_id = NEW.book_id AND entry.number = NEW.entry_number AND entry.date = NEW.last_day
           AND entry.reverses_number IS NULL AND batch.source = 'closing')
    THEN
        RAISE EXCEPTION 'Entry % does not close the year through %.', NEW.entry_number, NEW.last_day
            USING ERRCODE = 'LF010';
    END IF;
    IF NOT EXISTS (
        SELECT FROM books_book
         WHERE id = NEW.book_id AND extract(day FROM NEW.last_day + 1) = 1
           AND extract(month FROM NEW.last_day + 1) = fiscal_year_start_month)
    THEN
        RAISE EXCEPTION 'No fiscal year of the book ends on %.', NEW.last_day USING ERRCODE = 'LF010';
    END IF;
    IF EXISTS (
        SELECT FROM ledger_journalline AS line
          JOIN ledger_account AS account ON account.book_id = line.book_id AND account.id = line.account_id
         WHERE line.book_id = NEW.book_id AND line.entry_number = NEW.entry_number
           AND account.type IN ('asset', 'liability'))
    THEN
        RAISE EXCEPTION 'The entry that closes a year moves equity, income and expenses only.'
            USING ERRCODE = 'LF010';
    END IF;
    IF EXISTS (SELECT FROM ledger_yearclosing WHERE id = NEW.id AND reversed_by_number IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_ledgerstate WHERE book_id = NEW.book_id AND closed_through >= NEW.last_day)
    THEN
        RAISE EXCEPTION 'A year that is closed to equity is closed for postings through %.', NEW.last_day
            USING ERRCODE = 'LF010';
    END IF;
    SELECT account.code INTO open_account
      FROM ledger_movement AS movement
      JOIN ledger_account AS account ON account.book_id = movement.book_id AND account.id = movement.account_id
     WHERE movement.book_id = NEW.book_id AND movement.month <= NEW.last_day
       AND account.type IN ('income', 'expense')
     GROUP BY account.id
    HAVING sum(debit - credit) <> 0 OR account.currency IS NOT NULL AND sum(movement.amount) <> 0
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Account % has a balance at the end of %, so that year is not closed to equity.',
            open_account, NEW.last_day USING ERRCODE = 'LF010';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_year_is_closed AFTER INSERT ON ledger_yearclosing
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_year_is_closed();

CREATE FUNCTION ledger_closing_changes_once() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF (NEW.id, NEW.book_id, NEW.last_day, NEW.entry_number)
        IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.last_day, OLD.entry_number)
        OR OLD.reversed_by_number IS NOT NULL OR NOT EXISTS (
            SELECT FROM ledger_journalentry AS entry
              JOIN ledger_postingbatch AS batch ON batch.book_id = entry.book_id AND batch.no = entry.batch_no
             WHERE entry.book_id = NEW.book_id AND entry.number = NEW.reversed_by_number
               AND entry.reverses_number = NEW.entry_number AND entry.date = NEW.last_day
               AND batch.source = 'closing')
    THEN
        RAISE EXCEPTION 'A closed year changes once: to name the entry of its last day that takes it back.'
            USING ERRCODE = 'LF010';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER ledger_closing_changes_once BEFORE UPDATE ON ledger_yearclosing
    FOR EACH ROW EXECUTE FUNCTION ledger_closing_changes_once();
CREATE TRIGGER ledger_closing_stays BEFORE DELETE OR TRUNCATE ON ledger_yearclosing
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Reports leave batches of this source out, so nothing else may be in one.
CREATE FUNCTION ledger_closing_batch_is_named() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NEW.entry_count <> 1 OR NOT EXISTS (
        SELECT FROM ledger_yearclosing
         WHERE book_id = NEW.book_id AND NEW.first_number IN (entry_number, reversed_by_number))
    THEN
        RAISE EXCEPTION 'Batch % of book % closes no year.', NEW.no, NEW.book_id USING ERRCODE = 'LF010';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_closing_batch_is_named AFTER INSERT ON ledger_postingbatch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.source = 'closing')
    EXECUTE FUNCTION ledger_closing_batch_is_named();

-- Only reversals are looked at one by one, and they are few.
CREATE FUNCTION ledger_closing_is_taken_back() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_yearclosing
         WHERE book_id = NEW.book_id AND entry_number = NEW.reverses_number
           AND reversed_by_number IS DISTINCT FROM NEW.number)
    THEN
        RAISE EXCEPTION 'Entry % closes a year; reopen the year instead of reversing it.', NEW.reverses_number
            USING ERRCODE = 'LF008';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_closing_is_taken_back AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reverses_number IS NOT NULL)
    EXECUTE FUNCTION ledger_closing_is_taken_back();

CREATE FUNCTION ledger_years_stay_closed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    year_end date;
BEGIN
    SELECT max(closing.last_day) INTO year_end
      FROM ledger_yearclosing AS closing JOIN ledger_ledgerstate AS state ON state.book_id = closing.book_id
     WHERE closing.book_id = NEW.book_id AND closing.reversed_by_number IS NULL
       AND (closing.last_day <= state.closed_through) IS NOT TRUE;
    IF year_end IS NOT NULL THEN
        RAISE EXCEPTION 'The year through % is closed to equity; its closing entry is reversed when it is reopened.',
            year_end USING ERRCODE = 'LF010';
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_years_stay_closed AFTER INSERT ON ledger_periodaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_years_stay_closed();

REVOKE EXECUTE ON FUNCTION ledger_year_is_closed(), ledger_closing_changes_once(), ledger_closing_batch_is_named(),
    ledger_closing_is_taken_back(), ledger_years_stay_closed() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_year_is_closed(), ledger_closing_changes_once(),
            ledger_closing_batch_is_named(), ledger_closing_is_taken_back(), ledger_years_stay_closed() FROM lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_yearclosing FROM lf_app;
        GRANT UPDATE (reversed_by_number) ON ledger_yearclosing TO lf_app;
    END IF;
END
$$;
