DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON classification_stageoff TO lf_app;
    END IF;
END
$$;
DROP TRIGGER classification_keep_stages_off ON classification_stageoff;
DROP FUNCTION classification_keep_stages_off();
