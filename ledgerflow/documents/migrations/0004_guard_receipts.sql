-- What was kept as a receipt stays one, as what it was found to be.
ALTER TABLE documents_receipt ADD CONSTRAINT documents_receipt_of_document
    FOREIGN KEY (book_id, document_id) REFERENCES documents_document (book_id, id);

CREATE FUNCTION documents_keep_receipts() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'receipts are kept as they came' USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER documents_receipt_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON documents_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION documents_keep_receipts();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON documents_receipt FROM lf_app;
    END IF;
END
$$;
