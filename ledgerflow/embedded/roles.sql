-- LedgerFlow's three roles, in any PostgreSQL from 15 on; repeating it changes nothing. Run by a superuser; passwords follow.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['lf_owner', 'lf_app', 'lf_backup'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I', wanted);
    END IF;
  END LOOP;
END
$$;
ALTER ROLE lf_owner WITH LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION CREATEDB NOBYPASSRLS;
ALTER ROLE lf_app WITH LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOCREATEDB NOBYPASSRLS;
ALTER ROLE lf_backup WITH LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOCREATEDB BYPASSRLS;
GRANT pg_read_all_data TO lf_backup;
-- So that the owner may end their sessions when a restored database takes the live one's place.
GRANT lf_app, lf_backup TO lf_owner;
