DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_exchangerate TO lf_app;
    END IF;
END
$$;
DROP TRIGGER ledger_rates_hold_base_currency ON books_book;
DROP FUNCTION ledger_rates_hold_base_currency();
DROP TRIGGER ledger_rate_stays ON ledger_exchangerate;
DROP TRIGGER ledger_rate_is_only_replaced ON ledger_exchangerate;
DROP FUNCTION ledger_rate_stays();
DROP TRIGGER ledger_rate_arrives ON ledger_exchangerate;
DROP FUNCTION ledger_rate_arrives();
DROP FUNCTION ledger_minor_digits(text);
