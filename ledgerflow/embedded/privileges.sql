-- What lf_app may do with what lf_owner makes. For each new database, as its owner lf_owner or as a superuser, before the first
-- migration. It speaks only of what lf_owner makes from then on: granting on tables that are there already would undo what
-- migrations took away (DELETE on the journal). TRUNCATE, REFERENCES and TRIGGER are never given. It may be repeated.
ALTER SCHEMA public OWNER TO lf_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lf_app, lf_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE lf_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lf_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lf_owner GRANT USAGE, SELECT ON SEQUENCES TO lf_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lf_owner GRANT EXECUTE ON FUNCTIONS TO lf_app;
