-- Neither a rule nor the promise accepts a line that could not be posted, because the books are closed on its day.
CREATE FUNCTION classification_refuse_closed(closed bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF closed > 0 THEN
        RAISE 'Only a person accepts a line of a day on which the books are closed.' USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- What arrives is looked at as a set; what changes row by row, in the rare case that it is accepted without a person.
CREATE FUNCTION classification_check_days() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM classification_refuse_closed(count(*))
    FROM fresh
    JOIN ledger_ledgerstate state ON state.book_id = fresh.book_id AND state.closed_through IS NOT NULL
    JOIN statements_statementline line ON line.id = fresh.line_id AND line.date <= state.closed_through
    WHERE fresh.state = 'accepted' AND fresh.decided_by_id IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_3_check_days AFTER INSERT ON classification_classification
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_days();

CREATE FUNCTION classification_check_day() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM classification_refuse_closed(count(*))
    FROM ledger_ledgerstate state
    JOIN statements_statementline line ON line.id = NEW.line_id AND line.date <= state.closed_through
    WHERE state.book_id = NEW.book_id;
    RETURN NEW;
END $$;
CREATE TRIGGER classification_6_check_day BEFORE UPDATE ON classification_classification FOR EACH ROW
    WHEN (OLD.state NOT IN ('accepted', 'posted') AND NEW.state = 'accepted' AND NEW.decided_by_id IS NULL)
    EXECUTE FUNCTION classification_check_day();
