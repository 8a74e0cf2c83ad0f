-- Nothing that was posted is changed or deleted: lf_app has no privilege to, and triggers refuse it to the
-- owner too. State and movements change only inside the triggers that keep them (trigger depth above 0).

CREATE FUNCTION ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION '% on % is refused: what is posted stays. Post a reversal instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'LF009';
END
$$;

CREATE TRIGGER ledger_batch_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postingbatch
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_journalline
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_movement_is_derived BEFORE INSERT OR UPDATE ON ledger_movement
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_movement_stays BEFORE DELETE OR TRUNCATE ON ledger_movement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_state_is_derived BEFORE UPDATE ON ledger_ledgerstate
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_state_stays BEFORE DELETE OR TRUNCATE ON ledger_ledgerstate
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
-- A new book starts at the beginning.
CREATE TRIGGER ledger_state_begins BEFORE INSERT ON ledger_ledgerstate
    FOR EACH ROW WHEN (NEW.next_number <> 1 OR NEW.next_batch <> 1 OR NEW.closed_through IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse_change();

-- An account with lines keeps its type and its currency, which reports of closed periods stand on. It never
-- moves to another book. Archiving waits for postings that are under way.
CREATE FUNCTION ledger_account_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NEW.id <> OLD.id OR NEW.book_id <> OLD.book_id THEN
        RAISE EXCEPTION 'Account % cannot move to another book or get another id.', OLD.code
            USING ERRCODE = 'LF011';
    END IF;
    PERFORM FROM ledger_ledgerstate WHERE book_id = OLD.book_id FOR UPDATE;
    IF (NEW.type, NEW.currency) IS DISTINCT FROM (OLD.type, OLD.currency) AND EXISTS (
        SELECT FROM ledger_movement WHERE book_id = OLD.book_id AND account_id = OLD.id)
    THEN
        RAISE EXCEPTION 'Account % has lines, so its type and currency stay as they are.', OLD.code
            USING ERRCODE = 'LF011';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER ledger_account_changes BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN ((NEW.id, NEW.book_id, NEW.type, NEW.currency, NEW.is_archived)
          IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.type, OLD.currency, OLD.is_archived))
    EXECUTE FUNCTION ledger_account_changes();

CREATE FUNCTION ledger_base_currency_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    PERFORM FROM ledger_ledgerstate WHERE book_id = OLD.id AND next_number > 1 FOR UPDATE;
    IF FOUND THEN
        RAISE EXCEPTION 'Book % has entries, so its base currency stays %.', OLD.slug, OLD.base_currency
            USING ERRCODE = 'LF011';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER ledger_base_currency_changes BEFORE UPDATE ON books_book FOR EACH ROW
    WHEN (NEW.base_currency <> OLD.base_currency) EXECUTE FUNCTION ledger_base_currency_changes();

-- Words about an entry: written once, erased when the law asks, never reworded.
ALTER TABLE ledger_entrytext ADD CONSTRAINT ledger_text_of_entry
    FOREIGN KEY (book_id, entry_number) REFERENCES ledger_journalentry (book_id, number);
CREATE TRIGGER ledger_text_is_only_erased BEFORE UPDATE ON ledger_entrytext FOR EACH ROW
    WHEN (NEW.text <> '' OR (NEW.book_id, NEW.entry_number) <> (OLD.book_id, OLD.entry_number))
    EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_text_stays BEFORE DELETE OR TRUNCATE ON ledger_entrytext
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

REVOKE EXECUTE ON FUNCTION ledger_refuse_change(), ledger_account_changes(), ledger_base_currency_changes()
    FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_refuse_change(), ledger_account_changes(),
            ledger_base_currency_changes() FROM lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER
            ON ledger_postingbatch, ledger_journalentry, ledger_journalline, ledger_movement, ledger_ledgerstate,
               ledger_entrytext FROM lf_app;
        REVOKE INSERT ON ledger_movement FROM lf_app;
        GRANT UPDATE (text) ON ledger_entrytext TO lf_app;
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_account FROM lf_app;
    END IF;
END
$$;
