CREATE OR REPLACE FUNCTION ledger_period_acts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    state ledger_ledgerstate;
BEGIN
    SELECT * INTO state FROM ledger_ledgerstate WHERE book_id = NEW.book_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Book % has no ledger.', NEW.book_id USING ERRCODE = 'LF012';
    END IF;
    IF NEW.closed_through IS NOT DISTINCT FROM state.closed_through THEN
        RAISE EXCEPTION 'The books are closed through % already.', coalesce(state.closed_through::text, 'no day')
            USING ERRCODE = 'LF010';
    END IF;
    IF NOT isfinite(NEW.closed_through) THEN
        RAISE EXCEPTION 'Books are closed through a day, not for ever.' USING ERRCODE = 'LF010';
    END IF;
    NEW.was_closed_through := state.closed_through;
    UPDATE ledger_ledgerstate SET closed_through = NEW.closed_through WHERE book_id = NEW.book_id;
    RETURN NEW;
END
$$;

DROP TRIGGER ledger_state_begins ON ledger_ledgerstate;
CREATE TRIGGER ledger_state_begins BEFORE INSERT ON ledger_ledgerstate
    FOR EACH ROW WHEN (NEW.next_number <> 1 OR NEW.next_batch <> 1 OR NEW.closed_through IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse_change();
