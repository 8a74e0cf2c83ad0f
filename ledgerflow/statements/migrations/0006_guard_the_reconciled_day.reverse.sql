DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE (id, book_id, name, kind, currency, ledger_account_id) ON statements_bankaccount FROM lf_app;
        GRANT UPDATE ON statements_bankaccount TO lf_app;
    END IF;
END
$$;
DROP TRIGGER statements_reconciled_day_is_derived ON statements_bankaccount;
DROP TRIGGER statements_reconciled_day_begins_empty ON statements_bankaccount;
