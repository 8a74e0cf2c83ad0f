-- What a rule for future lines only was made behind stays, so that no line of before ever names it.
ALTER TABLE classification_rule ADD CONSTRAINT classification_rule_begins_with_a_line CHECK (after_line >= 0);
CREATE TRIGGER classification_keep_beginning BEFORE UPDATE OF after_line ON classification_rule FOR EACH ROW
    WHEN (NEW.after_line IS DISTINCT FROM OLD.after_line)
    EXECUTE FUNCTION classification_refuse('Where a rule begins does not change; make another one.');

-- Once a statement, as everything about classifications: the least line of each rule that the statement wrote.
CREATE FUNCTION classification_check_beginnings() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT rule_id, min(line_id) AS line_id FROM fresh WHERE rule_id IS NOT NULL GROUP BY rule_id
        ) named
        JOIN classification_rule rule ON rule.id = named.rule_id
        WHERE rule.after_line >= named.line_id
    ) THEN
        RAISE 'A rule for future lines only is about no line that was there before it.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER classification_3_check_beginnings AFTER INSERT ON classification_classification
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_beginnings();
CREATE TRIGGER classification_3_check_beginnings_again AFTER UPDATE ON classification_classification
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION classification_check_beginnings();
