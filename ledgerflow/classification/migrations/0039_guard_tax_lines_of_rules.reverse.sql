-- Before there was no place for the tax line of a rule, nor for that of a line that only a rule suggested.
DO $$
BEGIN
    IF EXISTS (SELECT FROM classification_rule WHERE tax_line <> '') THEN
        RAISE 'Rules say a tax line, which is kept; restore the backup that was made before this migration.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM classification_classification WHERE tax_line <> '' AND decided_by_id IS NULL) THEN
        RAISE 'Lines that nobody decided about have a tax line by a rule; decide about them, or restore the backup that was made before this migration.'
            USING ERRCODE = 'restrict_violation';
    END IF;
END
$$;
DROP TRIGGER classification_rule_check_tax_line ON classification_rule;

CREATE OR REPLACE FUNCTION classification_keep_tax_line() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger_lock(OLD.book_id);
    IF EXISTS (
        SELECT FROM ledger_account
        WHERE book_id = OLD.book_id AND id <> OLD.id AND type = OLD.type AND tax_line = OLD.tax_line
    ) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM classification_classification made JOIN ledger_account used ON used.id = made.account_id
        WHERE made.book_id = OLD.book_id AND made.tax_line <> '' AND made.tax_line = OLD.tax_line AND used.type = OLD.type
    ) OR EXISTS (
        SELECT FROM classification_classificationsplit part JOIN ledger_account used ON used.id = part.account_id
        WHERE part.book_id = OLD.book_id AND part.tax_line <> '' AND part.tax_line = OLD.tax_line
            AND used.type = OLD.type
    ) THEN
        RAISE 'Bank lines have the tax line % of their own, and no other account carries it; give it to another account first.',
            OLD.tax_line USING ERRCODE = 'LF011';
    END IF;
    RETURN NEW;
END $$;
