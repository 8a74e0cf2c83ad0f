-- A token opens what its user agreed to when it was made, and nothing more; a revoked one stays revoked.
CREATE FUNCTION api_keep_token() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER api_token_stays_as_made BEFORE UPDATE ON api_apitoken FOR EACH ROW
    WHEN ((NEW.id, NEW.user_id, NEW.token_sha256, NEW.start, NEW.may_read, NEW.may_run_tools, NEW.may_propose,
           NEW.book_id, NEW.made_at, NEW.expires_at)
          IS DISTINCT FROM
          (OLD.id, OLD.user_id, OLD.token_sha256, OLD.start, OLD.may_read, OLD.may_run_tools, OLD.may_propose,
           OLD.book_id, OLD.made_at, OLD.expires_at))
    EXECUTE FUNCTION api_keep_token('A token stays as it was made; make another one.');
CREATE TRIGGER api_token_stays_revoked BEFORE UPDATE ON api_apitoken FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    EXECUTE FUNCTION api_keep_token('A revoked token stays revoked.');
CREATE TRIGGER api_token_is_kept BEFORE DELETE ON api_apitoken FOR EACH ROW
    EXECUTE FUNCTION api_keep_token('Tokens are revoked, and kept.');

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON api_apitoken FROM lf_app;
    END IF;
END
$$;
