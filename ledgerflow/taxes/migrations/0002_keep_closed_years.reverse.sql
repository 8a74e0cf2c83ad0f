DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON taxes_yearfacts, taxes_businessshare TO lf_app;
    END IF;
END
$$;
DROP TRIGGER taxes_keep_tax_lines ON ledger_account;
DROP FUNCTION taxes_keep_tax_lines();
DROP TRIGGER taxes_share_keeps_account ON taxes_businessshare;
DROP FUNCTION taxes_share_keeps_account();
ALTER TABLE taxes_businessshare DROP CONSTRAINT taxes_share_account_in_book;
DROP TRIGGER taxes_keep_closed_years ON taxes_businessshare;
DROP TRIGGER taxes_keep_closed_years ON taxes_yearfacts;
DROP FUNCTION taxes_keep_closed_years();
