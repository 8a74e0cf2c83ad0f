-- A promise is a person's consent; it changes once, when somebody switches it off.
CREATE FUNCTION classification_keep_promise() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.switched_off_at IS NULL AND NEW.switched_off_at IS NOT NULL
        AND (NEW.id, NEW.book_id, NEW.share, NEW.switched_on_by_id, NEW.switched_on_at)
            IS NOT DISTINCT FROM (OLD.id, OLD.book_id, OLD.share, OLD.switched_on_by_id, OLD.switched_on_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE 'A promise stays on record as it was given; it is only switched off.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER classification_keep_promise BEFORE UPDATE OR DELETE ON classification_promise
    FOR EACH ROW EXECUTE FUNCTION classification_keep_promise();

-- Weights are read as numbers and names; whatever else stands there is not what a fit left.
ALTER TABLE classification_bookweights ADD CONSTRAINT classification_weights_are_whole
    CHECK (encode(sha256(archive), 'hex') = sha256);

-- Predictions come by the thousand, so what arrives is checked as a set.
CREATE FUNCTION classification_check_predictions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id
        WHERE line.id IS NULL
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT book_id, account_id, promise_id FROM fresh) used
        WHERE NOT EXISTS (SELECT FROM ledger_account WHERE book_id = used.book_id AND id = used.account_id)
            OR used.promise_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM classification_promise WHERE book_id = used.book_id AND id = used.promise_id
            )
    ) THEN
        RAISE 'A prediction is about a line, an account and a promise of its own book.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_check_predictions AFTER INSERT ON classification_prediction
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_predictions();

-- A classification goes with its line, or alone where a line is released after it was withdrawn.
CREATE FUNCTION classification_forget_predictions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM classification_prediction said USING old_rows WHERE said.line_id = old_rows.line_id;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_forget_predictions AFTER DELETE ON classification_classification
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION classification_forget_predictions();

-- What a promise accepts names the prediction by which it did, and so confidence and weights.
CREATE FUNCTION classification_check_promised(unexplained bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF unexplained > 0 THEN
        RAISE 'A line that a promise accepts has a prediction that says so.' USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Each combination that a statement wrote is looked at once; "without_person" where no person accepted.
CREATE FUNCTION classification_check_used(
    the_book bigint, the_account bigint, the_payee bigint, the_rule bigint, the_promise bigint,
    without_person boolean
) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF the_account IS NOT NULL
        AND NOT EXISTS (SELECT FROM ledger_account WHERE book_id = the_book AND id = the_account)
        OR the_payee IS NOT NULL AND NOT EXISTS (SELECT FROM payees_payee WHERE book_id = the_book AND id = the_payee)
        OR the_rule IS NOT NULL
        AND NOT EXISTS (SELECT FROM classification_rule WHERE book_id = the_book AND id = the_rule)
        OR the_promise IS NOT NULL
        AND NOT EXISTS (SELECT FROM classification_promise WHERE book_id = the_book AND id = the_promise)
    THEN
        RAISE 'A classification names an account, payee, rule or promise that is not of its book.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NOT without_person THEN
        RETURN;
    END IF;
    IF the_promise IS NULL AND EXISTS (
        SELECT FROM classification_rule
        WHERE id = the_rule AND mode = 'accept' AND is_active AND account_id IS NOT DISTINCT FROM the_account
    ) THEN
        RETURN;
    END IF;
    IF the_rule IS NULL THEN
        -- Whoever switches the promise off waits for this, or was first.
        PERFORM FROM classification_promise WHERE id = the_promise AND switched_off_at IS NULL FOR SHARE;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    RAISE 'Only a person, a rule that accepts without one, or the promise that is switched on accepts a line.'
        USING ERRCODE = 'check_violation';
END $$;

CREATE OR REPLACE FUNCTION classification_check_new() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_check_lines(
        count(*) FILTER (WHERE line.id IS NULL),
        count(*) FILTER (WHERE fresh.state = 'accepted' AND (line.hold <> '' OR line.is_pending))
    )
    FROM fresh LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id;
    PERFORM classification_check_used(book_id, account_id, payee_id, rule_id, promise_id, without_person)
    FROM (
        SELECT DISTINCT book_id, account_id, payee_id, rule_id, promise_id,
            state <> 'open' AND decided_by_id IS NULL AS without_person
        FROM fresh
    ) used;
    PERFORM classification_check_promised(count(*)) FROM fresh
    WHERE promise_id IS NOT NULL AND state <> 'open' AND decided_by_id IS NULL AND NOT EXISTS (
        SELECT FROM classification_prediction said
        WHERE said.line_id = fresh.line_id AND said.replaced_at IS NULL AND said.promise_id = fresh.promise_id
            AND said.account_id = fresh.account_id
    );
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION classification_check_changed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_check_lines(0, count(*))
    FROM fresh JOIN statements_statementline line ON line.id = fresh.line_id
    WHERE fresh.state = 'accepted' AND (line.hold <> '' OR line.is_pending);
    PERFORM classification_check_used(book_id, account_id, payee_id, rule_id, promise_id, false)
    FROM (SELECT DISTINCT book_id, account_id, payee_id, rule_id, promise_id FROM fresh WHERE state <> 'posted') used;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION classification_check_rule() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM classification_check_used(NEW.book_id, NEW.account_id, NEW.payee_id, NEW.rule_id, NEW.promise_id, true);
    PERFORM classification_check_promised(count(*)) FROM (SELECT NEW.promise_id) made
    WHERE made.promise_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM classification_prediction said
        WHERE said.line_id = NEW.line_id AND said.replaced_at IS NULL AND said.promise_id = NEW.promise_id
            AND said.account_id = NEW.account_id
    );
    RETURN NEW;
END $$;

DROP FUNCTION classification_check_used(bigint, bigint, bigint, bigint, boolean);

DROP TRIGGER classification_4_keep_posted ON classification_classification;
CREATE TRIGGER classification_4_keep_posted BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN ((OLD.state = 'posted' OR NEW.state = 'posted')
        AND ((NEW.account_id, NEW.is_split, NEW.payee_id, NEW.rule_id, NEW.promise_id)
            IS DISTINCT FROM (OLD.account_id, OLD.is_split, OLD.payee_id, OLD.rule_id, OLD.promise_id)
            OR NEW.state = 'posted' AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id))
    EXECUTE FUNCTION classification_refuse('What a posted line is for does not change; reverse its entry first.');

-- The promise stands in what is kept only where there is one, so that what was kept before is still the same.
CREATE OR REPLACE FUNCTION classification_snapshot(of_line classification_classification) RETURNS jsonb LANGUAGE sql STABLE
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
    ) || CASE WHEN of_line.promise_id IS NULL THEN '{}' ELSE jsonb_build_object('promise', of_line.promise_id) END
$$;
