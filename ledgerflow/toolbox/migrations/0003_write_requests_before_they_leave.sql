-- A request is written down before it leaves, so that none can leave unseen, whatever ends the process meanwhile. How it
-- ended is added once; what was sent, where to and for whom stays as it was written. One without an end has no duration.

DROP TRIGGER toolbox_request_stays ON toolbox_egressrequest;

CREATE TRIGGER toolbox_request_stays BEFORE UPDATE ON toolbox_egressrequest FOR EACH ROW
    WHEN (OLD.duration_ms IS NOT NULL OR NEW.duration_ms IS NULL)
    EXECUTE FUNCTION toolbox_refuse('What left the machine stays as it was written.');
CREATE TRIGGER toolbox_request_keeps_what_was_sent BEFORE UPDATE ON toolbox_egressrequest FOR EACH ROW
    WHEN ((OLD.id, OLD.at, OLD.run_id, OLD.book_id, OLD.asked_by_id, OLD.purpose, OLD.method, OLD.host, OLD.url, OLD.sent,
           OLD.redaction)
          IS DISTINCT FROM
          (NEW.id, NEW.at, NEW.run_id, NEW.book_id, NEW.asked_by_id, NEW.purpose, NEW.method, NEW.host, NEW.url, NEW.sent,
           NEW.redaction))
    EXECUTE FUNCTION toolbox_refuse('What left the machine stays as it was written.');

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE (address, status, refusal, bytes_sent, bytes_received, duration_ms)
            ON toolbox_egressrequest TO lf_app;
    END IF;
END
$$;
