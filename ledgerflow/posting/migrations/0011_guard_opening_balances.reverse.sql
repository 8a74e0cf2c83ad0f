DROP TRIGGER posting_opening_is_ended ON ledger_journalentry;
DROP FUNCTION posting_opening_is_ended();
DROP TRIGGER posting_opening_is_named ON ledger_postingbatch;
DROP FUNCTION posting_opening_is_named();
DROP TRIGGER posting_3_keep_opening ON posting_openingbalance;
DROP TRIGGER posting_2_end_opening ON posting_openingbalance;
DROP FUNCTION posting_end_opening();
DROP TRIGGER posting_1_check_opening ON posting_openingbalance;
DROP FUNCTION posting_check_opening();
DROP FUNCTION posting_opening_of(bigint, bigint);
ALTER TABLE posting_openingbalance
    DROP CONSTRAINT posting_opening_ended_by_entry,
    DROP CONSTRAINT posting_opening_by_entry,
    DROP CONSTRAINT posting_opening_statement_in_book,
    DROP CONSTRAINT posting_opening_document_in_book,
    DROP CONSTRAINT posting_opening_account_in_book;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE, DELETE ON posting_openingbalance TO lf_app;
    END IF;
END
$$;
