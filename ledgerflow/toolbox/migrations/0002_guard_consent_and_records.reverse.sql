DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON toolbox_toolrun, toolbox_egressrequest TO lf_app;
    END IF;
END
$$;
DROP TRIGGER toolbox_request_is_kept ON toolbox_egressrequest;
DROP TRIGGER toolbox_request_stays ON toolbox_egressrequest;
DROP TRIGGER toolbox_run_stays ON toolbox_toolrun;
DROP TRIGGER toolbox_run_keeps_what_was_asked ON toolbox_toolrun;
DROP TRIGGER toolbox_run_stays_as_finished ON toolbox_toolrun;
DROP FUNCTION toolbox_keep_run();
DROP TRIGGER toolbox_remember_path ON toolbox_tool;
DROP FUNCTION toolbox_remember_path();
DROP TRIGGER toolbox_tool_keeps_its_history ON toolbox_tool;
ALTER TABLE toolbox_tool
    DROP CONSTRAINT toolbox_enabled_is_described,
    DROP CONSTRAINT toolbox_consent_is_whole,
    DROP CONSTRAINT toolbox_path_is_one_line;
DROP FUNCTION toolbox_refuse();
