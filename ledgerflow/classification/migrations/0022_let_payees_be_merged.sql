ALTER TABLE classification_decisionchange
    ADD CONSTRAINT classification_change_payee_in_book
        FOREIGN KEY (book_id, payee_id) REFERENCES payees_payee (book_id, id);

-- Under which name a posted line's payee goes is no part of its entry: payees are merged and taken apart later. That it
-- has one does not change.
DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id IS NULL, NEW.rule_id, NEW.promise_id)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id IS NULL, OLD.rule_id, OLD.promise_id)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');

-- Sets that change are checked without their posted lines.
CREATE FUNCTION classification_check_payee() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM payees_payee WHERE book_id = NEW.book_id AND id = NEW.payee_id) THEN
        RAISE 'A classification names a payee that is not of its book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER classification_7_check_payee BEFORE UPDATE OF payee_id ON classification_classification FOR EACH ROW
    WHEN (NEW.state = 'posted' AND NEW.payee_id IS DISTINCT FROM OLD.payee_id)
    EXECUTE FUNCTION classification_check_payee();
