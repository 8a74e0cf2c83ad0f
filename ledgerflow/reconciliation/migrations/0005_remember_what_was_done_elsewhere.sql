-- What an archive says of earlier finishes and reopenings is remembered, not done again: the books went on after it.
-- It comes before anything that is done here, in turns that begin with a finish, each with the balances of its time.
CREATE FUNCTION reconciliation_remembers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    the reconciliation_reconciliation;
    last reconciliation_reconciliationaction;
BEGIN
    SELECT * INTO the FROM reconciliation_reconciliation
     WHERE book_id = NEW.book_id AND id = NEW.reconciliation_id FOR UPDATE;
    SELECT * INTO last FROM reconciliation_reconciliationaction
     WHERE book_id = NEW.book_id AND reconciliation_id = NEW.reconciliation_id ORDER BY id DESC LIMIT 1;
    IF the.id IS NULL OR last.is_past IS FALSE OR NEW.act IS NOT DISTINCT FROM coalesce(last.act, 'reopen')
        OR NEW.act NOT IN ('finish', 'reopen') OR NEW.acted_at < last.acted_at
        OR NEW.bank_balance IS NULL OR NEW.book_balance IS NULL
        OR NEW.act = 'finish' AND NEW.bank_balance <> NEW.book_balance
    THEN
        RAISE EXCEPTION 'What was done elsewhere comes before what is done here: finished with equal balances, then'
            ' reopened, in turns.' USING ERRCODE = 'LF022';
    END IF;
    UPDATE reconciliation_reconciliation SET state = 'reopened' WHERE id = the.id AND NEW.act = 'reopen';
    RETURN NEW;
END
$$;

DROP TRIGGER reconciliation_acts ON reconciliation_reconciliationaction;
CREATE TRIGGER reconciliation_acts BEFORE INSERT ON reconciliation_reconciliationaction
    FOR EACH ROW WHEN (NOT NEW.is_past) EXECUTE FUNCTION reconciliation_acts();
CREATE TRIGGER reconciliation_remembers BEFORE INSERT ON reconciliation_reconciliationaction
    FOR EACH ROW WHEN (NEW.is_past) EXECUTE FUNCTION reconciliation_remembers();

REVOKE EXECUTE ON FUNCTION reconciliation_remembers() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION reconciliation_remembers() FROM lf_app;
    END IF;
END
$$;
