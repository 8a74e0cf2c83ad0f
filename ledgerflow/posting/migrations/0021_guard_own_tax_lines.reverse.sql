DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON posting_owntaxline TO lf_app;
    END IF;
END
$$;
DROP TRIGGER posting_2_keep_own_tax_lines ON posting_owntaxline;
DROP TRIGGER posting_1_check_own_tax_lines ON posting_owntaxline;
DROP FUNCTION posting_check_own_tax_lines();
ALTER TABLE posting_owntaxline DROP CONSTRAINT posting_own_tax_line_of_an_entry;
