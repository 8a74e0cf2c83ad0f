-- What was uploaded stays what it was: only the name that people see may change, and nothing is deleted.
ALTER TABLE documents_document ADD CONSTRAINT documents_size_is_positive CHECK (size > 0);

CREATE FUNCTION documents_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'document % is kept as it was uploaded', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RAISE EXCEPTION 'documents are kept' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER documents_keep BEFORE UPDATE ON documents_document FOR EACH ROW
    WHEN ((OLD.id, OLD.book_id, OLD.sha256, OLD.size, OLD.uploaded_by_id, OLD.uploaded_at)
          IS DISTINCT FROM (NEW.id, NEW.book_id, NEW.sha256, NEW.size, NEW.uploaded_by_id, NEW.uploaded_at))
    EXECUTE FUNCTION documents_refuse_change();
CREATE TRIGGER documents_never_delete BEFORE DELETE ON documents_document FOR EACH ROW
    EXECUTE FUNCTION documents_refuse_change();
CREATE TRIGGER documents_never_truncate BEFORE TRUNCATE ON documents_document
    EXECUTE FUNCTION documents_refuse_change();

REVOKE DELETE, TRUNCATE ON documents_document FROM lf_app;
