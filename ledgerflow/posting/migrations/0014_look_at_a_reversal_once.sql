-- One trigger in place of two: each is prepared by every statement that posts, whether it reverses anything or not.
DROP TRIGGER posting_opening_is_ended ON ledger_journalentry;
DROP FUNCTION posting_opening_is_ended();
DROP TRIGGER posting_transfer_is_ended ON ledger_journalentry;
DROP FUNCTION posting_transfer_is_ended();

CREATE FUNCTION posting_reversal_ends() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM posting_openingbalance
        WHERE book_id = NEW.book_id AND entry_number = NEW.reverses_number AND ended_at IS NULL
    ) THEN
        RAISE 'An opening balance ends when its entry is reversed.' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM posting_transfer
        WHERE book_id = NEW.book_id AND out_entry = NEW.reverses_number AND state = 'confirmed'
        UNION ALL
        SELECT FROM posting_transfer
        WHERE book_id = NEW.book_id AND in_entry = NEW.reverses_number AND state = 'confirmed'
    ) THEN
        RAISE 'A transfer ends when its entries are reversed, both together.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_reversal_ends AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.reverses_number IS NOT NULL)
    EXECUTE FUNCTION posting_reversal_ends();
