DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON classification_sharing TO lf_app;
    END IF;
END
$$;
DROP TRIGGER classification_check_shared ON classification_sharedweights;
DROP FUNCTION classification_check_shared();
ALTER TABLE classification_sharedweights DROP CONSTRAINT classification_shared_weights_are_whole;
DROP TRIGGER classification_keep_sharing ON classification_sharing;
DROP FUNCTION classification_keep_sharing();
