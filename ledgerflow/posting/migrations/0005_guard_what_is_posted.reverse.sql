DROP TRIGGER posting_keep_withdrawn ON posting_withdrawnline;
DROP TRIGGER posting_check_withdrawn ON posting_withdrawnline;
DROP FUNCTION posting_check_withdrawn();
ALTER TABLE posting_withdrawnline
    DROP CONSTRAINT posting_withdrawn_account_in_book,
    DROP CONSTRAINT posting_withdrawn_document_in_book;
DROP TRIGGER posting_keep_line ON statements_statementline;
DROP TRIGGER posting_keep_lines ON statements_statementline;
DROP TRIGGER posting_5_is_recorded ON posting_reversedposting;
DROP TRIGGER posting_4_refuse ON posting_reversedposting;
DROP TRIGGER posting_3_check_links ON classification_classification;
DROP TRIGGER posting_2_check_state ON classification_classification;
DROP TRIGGER posting_1_refuse_posted ON classification_classification;
DROP FUNCTION posting_keep_line();
DROP FUNCTION posting_keep_lines();
DROP FUNCTION posting_refuse();
DROP FUNCTION posting_check_links();
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON posting_reversedposting TO lf_app;
    END IF;
END
$$;
