DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE, DELETE ON documents_receipt TO lf_app;
    END IF;
END
$$;
DROP TRIGGER documents_receipt_stays ON documents_receipt;
DROP FUNCTION documents_keep_receipts();
ALTER TABLE documents_receipt DROP CONSTRAINT documents_receipt_of_document;
