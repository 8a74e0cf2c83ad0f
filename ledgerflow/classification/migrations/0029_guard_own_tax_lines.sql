-- A line or part has a tax line of its own only where the chart of its book has that line: an account of the same kind,
-- income or expense, carries it. Which lines the forms have is asked when an account is given one.
CREATE FUNCTION classification_takes_tax_line(the_book bigint, the_account bigint, the_line text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM ledger_account used
        JOIN ledger_account carrier ON carrier.book_id = used.book_id AND carrier.type = used.type
        WHERE used.book_id = the_book AND used.id = the_account AND used.type IN ('income', 'expense')
            AND carrier.tax_line = the_line AND carrier.tax_line <> ''
    )
$$;

CREATE FUNCTION classification_check_tax_line() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Whoever gives the account another line meanwhile waits, or was first.
    PERFORM FROM ledger_account WHERE book_id = NEW.book_id AND tax_line = NEW.tax_line ORDER BY id FOR SHARE;
    IF NOT classification_takes_tax_line(NEW.book_id, NEW.account_id, NEW.tax_line) THEN
        RAISE 'No account of this kind in the book has the tax line %.', NEW.tax_line USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER classification_8_check_tax_line BEFORE INSERT OR UPDATE OF tax_line, account_id
    ON classification_classification FOR EACH ROW WHEN (NEW.tax_line <> '')
    EXECUTE FUNCTION classification_check_tax_line();
CREATE TRIGGER classification_check_split_tax_line BEFORE INSERT OR UPDATE OF tax_line, account_id
    ON classification_classificationsplit FOR EACH ROW WHEN (NEW.tax_line <> '')
    EXECUTE FUNCTION classification_check_tax_line();

-- So the last account of a kind that carries a line which lines name keeps it. Two people who take it from the last two
-- wait for each other at the book.
CREATE FUNCTION classification_keep_tax_line() RETURNS trigger LANGUAGE plpgsql
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
CREATE TRIGGER classification_keep_tax_line BEFORE UPDATE OF tax_line, type ON ledger_account FOR EACH ROW
    WHEN (OLD.tax_line <> '' AND (NEW.tax_line, NEW.type) IS DISTINCT FROM (OLD.tax_line, OLD.type))
    EXECUTE FUNCTION classification_keep_tax_line();

DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id IS NULL, NEW.rule_id, NEW.promise_id, NEW.tax_line)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id IS NULL, OLD.rule_id, OLD.promise_id, OLD.tax_line)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');

-- Its own tax line stands in what is kept only where there is one, so that what was kept before is still the same.
CREATE OR REPLACE FUNCTION classification_snapshot(of_line classification_classification) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'state', of_line.state, 'account', of_line.account_id, 'payee', of_line.payee_id, 'source', of_line.source,
        'rule', of_line.rule_id, 'confidence', of_line.confidence, 'reason', of_line.reason, 'note', of_line.note,
        'decided_by', of_line.decided_by_id, 'decided_at', of_line.decided_at,
        'parts', CASE WHEN of_line.is_split THEN (
            SELECT jsonb_agg(jsonb_build_object(
                'no', part.no, 'account', part.account_id, 'amount', part.amount, 'memo', part.memo
            ) || CASE WHEN part.tax_line = '' THEN '{}' ELSE jsonb_build_object('tax_line', part.tax_line) END
            ORDER BY part.no)
            FROM classification_classificationsplit part WHERE part.classification_id = of_line.line_id
        ) END
    ) || CASE WHEN of_line.promise_id IS NULL THEN '{}' ELSE jsonb_build_object('promise', of_line.promise_id) END
      || CASE WHEN of_line.tax_line = '' THEN '{}' ELSE jsonb_build_object('tax_line', of_line.tax_line) END
$$;
