DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON books_foureyes TO lf_app;
    END IF;
END
$$;
DROP TRIGGER books_keep_four_eyes ON books_foureyes;
DROP FUNCTION books_keep_four_eyes();
