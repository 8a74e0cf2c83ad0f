DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT INSERT, UPDATE, DELETE ON django_migrations TO lf_app;
    END IF;
END
$$;
