-- Through which day a bank account is reconciled follows from its reconciliations; only their guard writes it. A column
-- that is added to the table later needs a grant of its own here, if the application is to change it.
CREATE TRIGGER statements_reconciled_day_begins_empty BEFORE INSERT ON statements_bankaccount FOR EACH ROW
    WHEN (NEW.reconciled_through IS NOT NULL)
    EXECUTE FUNCTION statements_refuse('a bank account is reconciled by a reconciliation');
CREATE TRIGGER statements_reconciled_day_is_derived BEFORE UPDATE ON statements_bankaccount FOR EACH ROW
    WHEN (OLD.reconciled_through IS DISTINCT FROM NEW.reconciled_through AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION statements_refuse('a bank account is reconciled by a reconciliation');
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE ON statements_bankaccount FROM lf_app;
        GRANT UPDATE (id, book_id, name, kind, currency, ledger_account_id) ON statements_bankaccount TO lf_app;
    END IF;
END
$$;
