-- Rows that are few carry real foreign keys within their book.
ALTER TABLE classification_rule
    ADD CONSTRAINT classification_rule_account_in_book
        FOREIGN KEY (book_id, account_id) REFERENCES ledger_account (book_id, id),
    ADD CONSTRAINT classification_rule_payee_in_book
        FOREIGN KEY (book_id, payee_id) REFERENCES payees_payee (book_id, id),
    ADD CONSTRAINT classification_rule_bank_account_in_book
        FOREIGN KEY (book_id, bank_account_id) REFERENCES statements_bankaccount (book_id, id);
ALTER TABLE classification_classificationsplit
    ADD CONSTRAINT classification_split_account_in_book
        FOREIGN KEY (book_id, account_id) REFERENCES ledger_account (book_id, id),
    ADD CONSTRAINT classification_split_is_not_zero CHECK (amount <> 0);

-- Classifications come a hundred thousand at a time: what arrives is checked as a set, once a statement.
CREATE FUNCTION classification_check_lines(strangers bigint, held bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF strangers > 0 THEN
        RAISE 'A classification belongs to a bank line of its own book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF held > 0 THEN
        RAISE 'A line that is held back or pending cannot be accepted.' USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Each row of ``used`` is one combination that the statement wrote; ``by_rule`` where no person accepted.
CREATE FUNCTION classification_check_used(
    the_book bigint, the_account bigint, the_payee bigint, the_rule bigint, by_rule boolean
) RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF the_account IS NOT NULL
        AND NOT EXISTS (SELECT FROM ledger_account WHERE book_id = the_book AND id = the_account)
        OR the_payee IS NOT NULL AND NOT EXISTS (SELECT FROM payees_payee WHERE book_id = the_book AND id = the_payee)
        OR the_rule IS NOT NULL
        AND NOT EXISTS (SELECT FROM classification_rule WHERE book_id = the_book AND id = the_rule)
    THEN
        RAISE 'A classification names an account, payee or rule that is not of its book.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF by_rule AND NOT EXISTS (
        SELECT FROM classification_rule
        WHERE id = the_rule AND mode = 'accept' AND is_active AND account_id IS NOT DISTINCT FROM the_account
    ) THEN
        RAISE 'Only a person, or a rule that accepts without one, accepts a line.' USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Plans are kept for the session, whether the first set had one row or fifty thousand: looking each row up by index is
-- good for both, hence the settings of the planner.
CREATE FUNCTION classification_check_new() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_check_lines(
        count(*) FILTER (WHERE line.id IS NULL),
        count(*) FILTER (WHERE fresh.state = 'accepted' AND (line.hold <> '' OR line.is_pending))
    )
    FROM fresh LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id;
    PERFORM classification_check_used(book_id, account_id, payee_id, rule_id, by_rule)
    FROM (
        SELECT DISTINCT book_id, account_id, payee_id, rule_id, state <> 'open' AND decided_by_id IS NULL AS by_rule
        FROM fresh
    ) used;
    RETURN NULL;
END $$;

CREATE FUNCTION classification_check_changed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_check_lines(0, count(*))
    FROM fresh JOIN statements_statementline line ON line.id = fresh.line_id
    WHERE fresh.state = 'accepted' AND (line.hold <> '' OR line.is_pending);
    PERFORM classification_check_used(book_id, account_id, payee_id, rule_id, false)
    FROM (SELECT DISTINCT book_id, account_id, payee_id, rule_id FROM fresh WHERE state <> 'posted') used;
    RETURN NULL;
END $$;

-- What compares a row with itself needs no set: the conditions stand in the triggers, and the functions run only to
-- refuse or in rare cases.
CREATE FUNCTION classification_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION classification_check_rule() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM classification_check_used(NEW.book_id, NEW.account_id, NEW.payee_id, NEW.rule_id, true);
    RETURN NEW;
END $$;

CREATE TRIGGER classification_1_check_new AFTER INSERT ON classification_classification
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_new();
CREATE TRIGGER classification_2_check_changed AFTER UPDATE ON classification_classification
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_changed();
CREATE TRIGGER classification_3_keep_posted BEFORE DELETE ON classification_classification FOR EACH ROW
    WHEN (OLD.state = 'posted')
    EXECUTE FUNCTION classification_refuse('The classification of a posted line stays; reverse its entry first.');
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id, NEW.rule_id)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id, OLD.rule_id)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');
CREATE TRIGGER classification_5_keep_key BEFORE UPDATE OF line_id, book_id ON classification_classification FOR EACH ROW
    WHEN ((NEW.line_id, NEW.book_id) IS DISTINCT FROM (OLD.line_id, OLD.book_id))
    EXECUTE FUNCTION classification_refuse('A classification stays with its line and book.');
CREATE TRIGGER classification_6_check_rule BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN (OLD.state NOT IN ('accepted', 'posted') AND NEW.state <> 'open' AND NEW.decided_by_id IS NULL)
    EXECUTE FUNCTION classification_check_rule();

-- Parts are few and checked row by row; that they add up is looked at when the transaction ends.
CREATE FUNCTION classification_check_split() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    part classification_classificationsplit := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    whole classification_classification;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.classification_id, NEW.no) IS DISTINCT FROM (OLD.classification_id, OLD.no) THEN
        RAISE 'A part stays with its line.' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO whole FROM classification_classification WHERE line_id = part.classification_id FOR UPDATE;
    IF NOT FOUND OR whole.book_id <> part.book_id THEN
        RAISE 'A part belongs to a classification of its own book.' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF whole.state = 'posted' THEN
        RAISE 'The parts of a posted line do not change; reverse its entry first.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER classification_check_split BEFORE INSERT OR UPDATE OR DELETE ON classification_classificationsplit
    FOR EACH ROW EXECUTE FUNCTION classification_check_split();

CREATE FUNCTION classification_add_up(the_line bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole classification_classification;
    parts integer;
    total numeric;
BEGIN
    SELECT * INTO whole FROM classification_classification WHERE line_id = the_line;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), sum(amount) INTO parts, total
    FROM classification_classificationsplit WHERE classification_id = the_line;
    IF whole.is_split AND parts >= 2 AND total = (SELECT amount FROM statements_statementline WHERE id = the_line)
        OR NOT whole.is_split AND parts = 0
    THEN
        RETURN;
    END IF;
    RAISE 'A line has one account, or at least two parts that add up to its amount.' USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION classification_add_up_line() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM classification_add_up(NEW.line_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER classification_add_up AFTER INSERT ON classification_classification
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_split) EXECUTE FUNCTION classification_add_up_line();
CREATE CONSTRAINT TRIGGER classification_add_up_again AFTER UPDATE ON classification_classification
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_split IS DISTINCT FROM OLD.is_split)
    EXECUTE FUNCTION classification_add_up_line();

CREATE FUNCTION classification_add_up_split() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM classification_add_up(CASE WHEN TG_OP = 'DELETE' THEN OLD.classification_id ELSE NEW.classification_id END);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER classification_split_adds_up
    AFTER INSERT OR UPDATE OR DELETE ON classification_classificationsplit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION classification_add_up_split();

-- What a change is kept as, and what undoing it restores.
CREATE FUNCTION classification_snapshot(of_line classification_classification) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
        'state', of_line.state, 'account', of_line.account_id, 'payee', of_line.payee_id, 'source', of_line.source,
        'rule', of_line.rule_id, 'confidence', of_line.confidence, 'reason', of_line.reason, 'note', of_line.note,
        'decided_by', of_line.decided_by_id, 'decided_at', of_line.decided_at,
        'parts', CASE WHEN of_line.is_split THEN (
            SELECT jsonb_agg(jsonb_build_object(
                'no', part.no, 'account', part.account_id, 'amount', part.amount, 'memo', part.memo
            ) ORDER BY part.no)
            FROM classification_classificationsplit part WHERE part.classification_id = of_line.line_id
        ) END
    )
$$;
