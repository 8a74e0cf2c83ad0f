DROP TRIGGER ops_purge_stays ON ops_bookpurge;
DROP FUNCTION ops_refuse_change();
DROP FUNCTION ops_purge_book(bigint, text, text, text, bigint, timestamptz);
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT INSERT, UPDATE, DELETE ON ops_bookpurge TO lf_app;
    END IF;
END
$$;
