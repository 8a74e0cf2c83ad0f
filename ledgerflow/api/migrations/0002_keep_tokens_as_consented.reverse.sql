DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON api_apitoken TO lf_app;
    END IF;
END
$$;
DROP TRIGGER api_token_is_kept ON api_apitoken;
DROP TRIGGER api_token_stays_revoked ON api_apitoken;
DROP TRIGGER api_token_stays_as_made ON api_apitoken;
DROP FUNCTION api_keep_token();
