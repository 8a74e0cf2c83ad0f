DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE (address, status, refusal, bytes_sent, bytes_received, duration_ms)
            ON toolbox_egressrequest FROM lf_app;
    END IF;
END
$$;
DROP TRIGGER toolbox_request_keeps_what_was_sent ON toolbox_egressrequest;
DROP TRIGGER toolbox_request_stays ON toolbox_egressrequest;
CREATE TRIGGER toolbox_request_stays BEFORE UPDATE ON toolbox_egressrequest FOR EACH ROW
    EXECUTE FUNCTION toolbox_refuse('What left the machine stays as it was written.');
