DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE ON statements_declinedreceipt TO lf_app;
    END IF;
END
$$;
DROP TRIGGER statements_line_leaves_declined ON statements_statementline;
DROP FUNCTION statements_drop_declined();
DROP TRIGGER statements_declined_stays ON statements_declinedreceipt;
DROP TRIGGER statements_declined_is_true ON statements_declinedreceipt;
DROP FUNCTION statements_check_declined();
ALTER TABLE statements_declinedreceipt DROP CONSTRAINT statements_declined_of_book;
