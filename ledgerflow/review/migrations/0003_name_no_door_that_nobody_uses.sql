-- No program proposes from within a run of a tool, so a proposal names none.
DROP TRIGGER review_proposal_2_stays_as_written ON review_proposal;
ALTER TABLE review_proposal DROP COLUMN tool_run_id;
CREATE TRIGGER review_proposal_2_stays_as_written BEFORE UPDATE ON review_proposal FOR EACH ROW
    WHEN ((NEW.id, NEW.book_id, NEW.kind, NEW.payload, NEW.payload_sha256, NEW.basis, NEW.diff, NEW.reason,
           NEW.proposed_through, NEW.proposed_with, NEW.proposed_by_id, NEW.proposed_at)
          IS DISTINCT FROM
          (OLD.id, OLD.book_id, OLD.kind, OLD.payload, OLD.payload_sha256, OLD.basis, OLD.diff, OLD.reason,
           OLD.proposed_through, OLD.proposed_with, OLD.proposed_by_id, OLD.proposed_at))
    EXECUTE FUNCTION review_keep_proposal('A proposal stays as it was written.');

CREATE OR REPLACE FUNCTION review_check_proposal() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF EXISTS (
        SELECT FROM jsonb_array_elements_text(coalesce(NEW.payload->'lines', '[]')) AS named (id)
         WHERE NOT EXISTS (SELECT FROM statements_statementline AS line
                            WHERE line.id = named.id::bigint AND line.book_id = NEW.book_id))
    THEN
        RAISE EXCEPTION 'A proposal is about lines of its own book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NEW.payload ? 'account' AND NOT EXISTS (
        SELECT FROM ledger_account WHERE id = (NEW.payload->>'account')::bigint AND book_id = NEW.book_id)
    THEN
        RAISE EXCEPTION 'A proposal names an account of its own book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END
$$;
