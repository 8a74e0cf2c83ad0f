-- A rule that is on has a tax line of its own only where a bank line on its account may have it.
CREATE TRIGGER classification_rule_check_tax_line BEFORE INSERT OR UPDATE OF tax_line, account_id, is_active
    ON classification_rule FOR EACH ROW WHEN (NEW.tax_line <> '' AND NEW.is_active)
    EXECUTE FUNCTION classification_check_tax_line();

-- So the last account of a kind that carries a line which lines, or rules that are on, name keeps it. Two people who take
-- it from the last two wait for each other at the book.
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
    IF EXISTS (
        SELECT FROM classification_rule rule JOIN ledger_account used ON used.id = rule.account_id
        WHERE rule.book_id = OLD.book_id AND rule.is_active AND rule.tax_line <> '' AND rule.tax_line = OLD.tax_line
            AND used.type = OLD.type
    ) THEN
        RAISE 'A rule has the tax line % of its own, and no other account carries it; change the rule or switch it off first.',
            OLD.tax_line USING ERRCODE = 'LF011';
    END IF;
    RETURN NEW;
END $$;
