-- What tools did and what left the machine stays as it was written, and consent is whole or none. The path of a tool has
-- its exact form by a constraint of its table; here it is kept from ending in a line break, which `$` would let through.
--
-- Retention is the owner's: lf_app may delete neither runs nor requests. Errors have the code LF030.

CREATE FUNCTION toolbox_refuse() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'LF030';
END
$$;

-- Consent

ALTER TABLE toolbox_tool
    ADD CONSTRAINT toolbox_path_is_one_line CHECK (module_path !~ '[[:space:]]'),
    ADD CONSTRAINT toolbox_consent_is_whole CHECK (
        consented IS NULL
        OR (jsonb_typeof(consented) = 'object'
            AND consented ?& ARRAY['version', 'permissions', 'needs', 'configuration', 'arguments', 'result'])),
    ADD CONSTRAINT toolbox_enabled_is_described CHECK (
        NOT enabled OR jsonb_typeof(consented) = 'object');

CREATE TRIGGER toolbox_tool_keeps_its_history BEFORE DELETE ON toolbox_tool FOR EACH ROW
    WHEN (OLD.former_paths <> '[]')
    EXECUTE FUNCTION toolbox_refuse('A tool that was remapped keeps its history.');

-- Another path only for a tool that was missing, and the one it had stays written down.
CREATE FUNCTION toolbox_remember_path() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF OLD.missing_since IS NULL
        OR NOT EXISTS (SELECT FROM jsonb_array_elements(NEW.former_paths) AS former
                        WHERE former ->> 'path' = OLD.module_path)
        OR NOT NEW.former_paths @> OLD.former_paths
    THEN
        RAISE EXCEPTION 'Only a missing tool gets another path, and it keeps the paths it had.' USING ERRCODE = 'LF030';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER toolbox_remember_path BEFORE UPDATE ON toolbox_tool FOR EACH ROW
    WHEN (NEW.module_path <> OLD.module_path) EXECUTE FUNCTION toolbox_remember_path();

-- Runs: begun by an insert, finished by one update.

-- Retention takes away the run that an answer of the cache came from; then the owner clears the link to it.
CREATE FUNCTION toolbox_keep_run() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NEW.cached_from_id IS NULL
        AND to_jsonb(NEW) - 'cached_from_id' = to_jsonb(OLD) - 'cached_from_id'
        AND (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = TG_RELID)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A finished run of a tool does not change.' USING ERRCODE = 'LF030';
END
$$;
CREATE TRIGGER toolbox_run_stays_as_finished BEFORE UPDATE ON toolbox_toolrun FOR EACH ROW
    WHEN (OLD.outcome <> 'running') EXECUTE FUNCTION toolbox_keep_run();
CREATE TRIGGER toolbox_run_keeps_what_was_asked BEFORE UPDATE ON toolbox_toolrun FOR EACH ROW
    WHEN (OLD.outcome = 'running' AND
          (NEW.id, NEW.tool_id, NEW.module_path, NEW.version, NEW.book_id, NEW.parent_id, NEW.asked_through,
           NEW.asked_by_id, NEW.job_id, NEW.subject, NEW.arguments, NEW.arguments_sha256, NEW.started_at)
          IS DISTINCT FROM
          (OLD.id, OLD.tool_id, OLD.module_path, OLD.version, OLD.book_id, OLD.parent_id, OLD.asked_through,
           OLD.asked_by_id, OLD.job_id, OLD.subject, OLD.arguments, OLD.arguments_sha256, OLD.started_at))
    EXECUTE FUNCTION toolbox_refuse('What a run of a tool was asked does not change.');
CREATE TRIGGER toolbox_run_stays BEFORE TRUNCATE ON toolbox_toolrun
    FOR EACH STATEMENT EXECUTE FUNCTION toolbox_refuse('Runs of tools are not truncated.');

-- The egress ledger

CREATE TRIGGER toolbox_request_stays BEFORE UPDATE ON toolbox_egressrequest FOR EACH ROW
    EXECUTE FUNCTION toolbox_refuse('What left the machine stays as it was written.');
CREATE TRIGGER toolbox_request_is_kept BEFORE TRUNCATE ON toolbox_egressrequest
    FOR EACH STATEMENT EXECUTE FUNCTION toolbox_refuse('The record of what left the machine is not truncated.');

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON toolbox_toolrun FROM lf_app;
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON toolbox_egressrequest FROM lf_app;
    END IF;
END
$$;
