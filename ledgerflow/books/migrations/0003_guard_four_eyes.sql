-- Who asked for four eyes, and when, stays on record; it changes once, when somebody switches it off.
CREATE FUNCTION books_keep_four_eyes() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.switched_off_at IS NULL AND NEW.switched_off_at IS NOT NULL
        AND (NEW.id, NEW.book_id, NEW.switched_on_by_id, NEW.switched_on_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.book_id, OLD.switched_on_by_id, OLD.switched_on_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE 'When four eyes were asked for stays on record; it is only switched off.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER books_keep_four_eyes BEFORE UPDATE OR DELETE ON books_foureyes
    FOR EACH ROW EXECUTE FUNCTION books_keep_four_eyes();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON books_foureyes FROM lf_app;
    END IF;
END
$$;
