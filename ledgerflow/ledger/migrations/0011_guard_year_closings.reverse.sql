DROP TRIGGER ledger_years_stay_closed ON ledger_periodaction;
DROP FUNCTION ledger_years_stay_closed();
DROP TRIGGER ledger_closing_is_taken_back ON ledger_journalentry;
DROP FUNCTION ledger_closing_is_taken_back();
DROP TRIGGER ledger_closing_batch_is_named ON ledger_postingbatch;
DROP FUNCTION ledger_closing_batch_is_named();
DROP TRIGGER ledger_closing_stays ON ledger_yearclosing;
DROP TRIGGER ledger_closing_changes_once ON ledger_yearclosing;
DROP FUNCTION ledger_closing_changes_once();
DROP TRIGGER ledger_year_is_closed ON ledger_yearclosing;
DROP FUNCTION ledger_year_is_closed();
ALTER TABLE ledger_yearclosing
    DROP CONSTRAINT ledger_closing_by_entry, DROP CONSTRAINT ledger_closing_taken_back_by_entry;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_yearclosing TO lf_app;
    END IF;
END
$$;
