-- Who switched a stage off, and when, stays on record; it changes once, when somebody switches it on.
CREATE FUNCTION classification_keep_stages_off() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.switched_on_at IS NULL AND NEW.switched_on_at IS NOT NULL
        AND (NEW.id, NEW.book_id, NEW.stage, NEW.switched_off_by_id, NEW.switched_off_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.book_id, OLD.stage, OLD.switched_off_by_id, OLD.switched_off_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE 'When a stage was off stays on record; it is only switched on.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER classification_keep_stages_off BEFORE UPDATE OR DELETE ON classification_stageoff
    FOR EACH ROW EXECUTE FUNCTION classification_keep_stages_off();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON classification_stageoff FROM lf_app;
    END IF;
END
$$;
