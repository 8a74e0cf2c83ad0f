DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_periodaction TO lf_app;
    END IF;
END
$$;
DROP TRIGGER ledger_period_action_stays ON ledger_periodaction;
DROP TRIGGER ledger_period_acts ON ledger_periodaction;
DROP FUNCTION ledger_period_acts();
