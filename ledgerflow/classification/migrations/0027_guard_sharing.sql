-- Who allowed sharing, and when, stays on record; it changes once, when somebody ends it.
CREATE FUNCTION classification_keep_sharing() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
        AND (NEW.id, NEW.allowed_by_id, NEW.allowed_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.allowed_by_id, OLD.allowed_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE 'When books were allowed to learn from each other stays on record; it is only ended.'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER classification_keep_sharing BEFORE UPDATE OR DELETE ON classification_sharing
    FOR EACH ROW EXECUTE FUNCTION classification_keep_sharing();

ALTER TABLE classification_sharedweights ADD CONSTRAINT classification_shared_weights_are_whole
    CHECK (encode(sha256(archive), 'hex') = sha256);

-- Nothing is kept that books learned together unless somebody allows it.
CREATE FUNCTION classification_check_shared() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM classification_sharing WHERE ended_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE 'Books learn from each other only where a firm administrator allows it.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_check_shared AFTER INSERT OR UPDATE ON classification_sharedweights
    FOR EACH STATEMENT EXECUTE FUNCTION classification_check_shared();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON classification_sharing FROM lf_app;
    END IF;
END
$$;
