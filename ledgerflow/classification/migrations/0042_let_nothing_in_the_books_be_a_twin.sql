-- A line that is accepted, matched or posted stands for itself. It is no twin of another one, which counts nowhere.
CREATE FUNCTION classification_refuse_twin() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM classification_classification
        WHERE book_id = NEW.book_id AND line_id = NEW.id AND state NOT IN ('open', 'excluded')
    ) THEN
        RAISE 'Line % is in the books or about to be, so it cannot be held as the twin of another one.', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_refuse_twin AFTER UPDATE OF hold ON statements_statementline
    FOR EACH ROW WHEN (NEW.hold = 'twin' AND OLD.hold <> 'twin') EXECUTE FUNCTION classification_refuse_twin();
