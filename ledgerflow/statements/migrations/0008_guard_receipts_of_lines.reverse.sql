DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT DELETE ON statements_linereceipt TO lf_app;
    END IF;
END
$$;
DROP TRIGGER statements_line_leaves_receipts ON statements_statementline;
DROP FUNCTION statements_detach_receipts();
DROP TRIGGER statements_receipt_stays ON statements_linereceipt;
DROP TRIGGER statements_receipt_keeps ON statements_linereceipt;
DROP FUNCTION statements_check_receipt();
ALTER TABLE statements_linereceipt DROP CONSTRAINT statements_receipt_of_book;
