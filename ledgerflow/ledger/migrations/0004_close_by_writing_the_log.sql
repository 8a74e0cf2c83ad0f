-- A period is closed or reopened by writing why: the log row changes the state, so the two never differ, and
-- the state row settles every race with a posting.
CREATE FUNCTION ledger_period_acts() RETURNS trigger
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

CREATE TRIGGER ledger_period_acts BEFORE INSERT ON ledger_periodaction
    FOR EACH ROW EXECUTE FUNCTION ledger_period_acts();
CREATE TRIGGER ledger_period_action_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_periodaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

REVOKE EXECUTE ON FUNCTION ledger_period_acts() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION ledger_period_acts() FROM lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_periodaction FROM lf_app;
    END IF;
END
$$;
