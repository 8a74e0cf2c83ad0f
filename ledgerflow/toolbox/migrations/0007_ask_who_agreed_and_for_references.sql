-- Without a person only what computes is enabled: no network, nothing seen elsewhere, no other tool.
ALTER TABLE toolbox_tool
    ADD CONSTRAINT toolbox_somebody_agreed CHECK (
        NOT enabled OR enabled_by_id IS NOT NULL
        OR (COALESCE(consented #> '{permissions,network}', 'true') = 'false'
            AND COALESCE(consented #> '{permissions,writes}', 'true') = 'false'
            AND COALESCE(consented -> 'needs', '{}') = '[]'));

-- In place of a secret stands where it is kept. What a later version of a tool calls a secret is refused when it is used.
ALTER TABLE toolbox_toolconfiguration
    ADD CONSTRAINT toolbox_settings_are_named CHECK (jsonb_typeof("values") = 'object');

CREATE FUNCTION toolbox_is_reference(reference jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS
$$
    SELECT jsonb_typeof(reference) = 'object'
        AND (reference - 'env' = '{}' AND jsonb_typeof(reference -> 'env') = 'string'
                AND reference ->> 'env' ~ '^LEDGERFLOW_TOOL_[A-Z0-9_]{1,100}$'
             OR reference - 'file' = '{}' AND jsonb_typeof(reference -> 'file') = 'string'
                AND length(reference ->> 'file') BETWEEN 1 AND 255)
$$;

CREATE FUNCTION toolbox_keep_secrets_out() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    secret text;
BEGIN
    SELECT property INTO secret
      FROM toolbox_tool AS tool, jsonb_object_keys(NEW."values") AS property
     WHERE tool.id = NEW.tool_id
       AND tool.manifest #>> ARRAY['configuration', 'properties', property, 'format'] = 'secret'
       AND toolbox_is_reference(NEW."values" -> property) IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The setting “%” is a secret, of which only a reference is kept.', secret USING ERRCODE = 'LF030';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER toolbox_keep_secrets_out BEFORE INSERT OR UPDATE ON toolbox_toolconfiguration FOR EACH ROW
    WHEN (jsonb_typeof(NEW."values") = 'object') EXECUTE FUNCTION toolbox_keep_secrets_out();
