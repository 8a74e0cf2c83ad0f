-- Consent to a tool of an MCP server is a person's, and stays as it was given. It ends once, and nothing else of it
-- changes. Retention is the owner's. Errors have the code LF030.

CREATE FUNCTION toolbox_ask_who_agrees() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NEW.withdrawn_at IS NOT NULL
        OR NOT EXISTS (SELECT FROM users_user WHERE id = NEW.agreed_by_id AND is_active AND is_firm_admin)
    THEN
        RAISE EXCEPTION 'A firm administrator agrees to a tool of a server.' USING ERRCODE = 'LF030';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER toolbox_ask_who_agrees BEFORE INSERT ON toolbox_remoteconsent FOR EACH ROW
    EXECUTE FUNCTION toolbox_ask_who_agrees();

CREATE TRIGGER toolbox_consent_ends_once BEFORE UPDATE ON toolbox_remoteconsent FOR EACH ROW
    WHEN (OLD.withdrawn_at IS NOT NULL
          OR to_jsonb(NEW) - '{withdrawn_at,withdrawn_by_id}'::text[]
             IS DISTINCT FROM to_jsonb(OLD) - '{withdrawn_at,withdrawn_by_id}'::text[])
    EXECUTE FUNCTION toolbox_refuse('What somebody agreed to stays as it was given, and ends once.');

CREATE FUNCTION toolbox_ask_who_withdraws() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM users_user WHERE id = NEW.withdrawn_by_id AND is_active AND is_firm_admin) THEN
        RAISE EXCEPTION 'A firm administrator ends the consent to a tool of a server.' USING ERRCODE = 'LF030';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER toolbox_ask_who_withdraws BEFORE UPDATE ON toolbox_remoteconsent FOR EACH ROW
    WHEN (NEW.withdrawn_by_id IS NOT NULL)
    EXECUTE FUNCTION toolbox_ask_who_withdraws();

CREATE TRIGGER toolbox_consent_stays BEFORE TRUNCATE ON toolbox_remoteconsent
    FOR EACH STATEMENT EXECUTE FUNCTION toolbox_refuse('The record of consent is not truncated.');

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON toolbox_remoteconsent FROM lf_app;
        GRANT UPDATE (withdrawn_at, withdrawn_by_id) ON toolbox_remoteconsent TO lf_app;
    END IF;
END
$$;
