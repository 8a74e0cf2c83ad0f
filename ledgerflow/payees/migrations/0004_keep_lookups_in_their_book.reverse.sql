DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE ON payees_linetoolrun TO lf_app;
    END IF;
END
$$;
DROP TRIGGER payees_forget_lookups ON statements_statementline;
DROP FUNCTION payees_forget_lookups();
DROP TRIGGER payees_check_lookup ON payees_linetoolrun;
DROP FUNCTION payees_check_lookup();
ALTER TABLE payees_linetoolrun DROP CONSTRAINT payees_run_of_line_in_book;
