-- A tag that nothing carries yet is held by no key, so this holds it: it is renamed or removed, and never moved.
CREATE FUNCTION classification_keep_tag() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE 'A tag stays in its book.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER classification_tag_stays BEFORE UPDATE ON classification_tag
    FOR EACH ROW WHEN ((OLD.id, OLD.book_id) IS DISTINCT FROM (NEW.id, NEW.book_id))
    EXECUTE FUNCTION classification_keep_tag();
