-- What a bank says is kept as it says it, inside its book and bank account. Rare rows are held by composite foreign keys;
-- lines and sightings arrive by the hundred thousand and are checked as sets, once per statement, with transition tables.
-- The checks are planned anew each time (EXECUTE): a plan made for one row would take minutes for a hundred thousand.

ALTER TABLE statements_bankaccount ADD CONSTRAINT statements_account_in_ledger
    FOREIGN KEY (book_id, ledger_account_id) REFERENCES ledger_account (book_id, id);
ALTER TABLE statements_bankaccountnumber ADD CONSTRAINT statements_number_of_account
    FOREIGN KEY (book_id, bank_account_id) REFERENCES statements_bankaccount (book_id, id);
ALTER TABLE statements_statement ADD CONSTRAINT statements_statement_of_account
    FOREIGN KEY (book_id, bank_account_id) REFERENCES statements_bankaccount (book_id, id);
ALTER TABLE statements_statement ADD CONSTRAINT statements_statement_of_document
    FOREIGN KEY (book_id, document_id) REFERENCES documents_document (book_id, id);
ALTER TABLE statements_dayquestion ADD CONSTRAINT statements_question_of_account
    FOREIGN KEY (book_id, bank_account_id) REFERENCES statements_bankaccount (book_id, id);
ALTER TABLE statements_dayquestion ADD CONSTRAINT statements_question_of_statement
    FOREIGN KEY (book_id, statement_id) REFERENCES statements_statement (book_id, id);
ALTER TABLE statements_dayquestion ADD CONSTRAINT statements_question_of_other_statement
    FOREIGN KEY (book_id, other_statement_id) REFERENCES statements_statement (book_id, id);
ALTER TABLE statements_dayquestion ADD CONSTRAINT statements_question_of_two
    CHECK (statement_id <> other_statement_id);

ALTER TABLE statements_statementline ADD CONSTRAINT statements_line_amount_is_a_number CHECK (amount <> 'NaN');
ALTER TABLE statements_statement ADD CONSTRAINT statements_statement_total_is_a_number
    CHECK (total <> 'NaN' AND opening_balance <> 'NaN' AND closing_balance <> 'NaN');
ALTER TABLE statements_sighting ADD CONSTRAINT statements_sighting_balance_is_a_number CHECK (balance <> 'NaN');
ALTER TABLE statements_statement ADD CONSTRAINT statements_statement_counts
    CHECK (line_count > 0 OR (line_count = 0 AND total = 0));

CREATE FUNCTION statements_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;

-- Bank accounts

CREATE TRIGGER statements_account_keeps BEFORE UPDATE ON statements_bankaccount FOR EACH ROW
    WHEN ((OLD.id, OLD.book_id, OLD.currency) IS DISTINCT FROM (NEW.id, NEW.book_id, NEW.currency))
    EXECUTE FUNCTION statements_refuse('a bank account keeps its book and currency');

-- Statements

CREATE TRIGGER statements_statement_keeps BEFORE UPDATE ON statements_statement FOR EACH ROW
    WHEN ((OLD.id, OLD.book_id, OLD.document_id, OLD.bank_account_id, OLD.position, OLD.currency, OLD.opening_balance,
           OLD.closing_balance, OLD.first_date, OLD.last_date, OLD.complete_from, OLD.complete_to, OLD.line_count, OLD.total,
           OLD.proof)
          IS DISTINCT FROM
          (NEW.id, NEW.book_id, NEW.document_id, NEW.bank_account_id, NEW.position, NEW.currency, NEW.opening_balance,
           NEW.closing_balance, NEW.first_date, NEW.last_date, NEW.complete_from, NEW.complete_to, NEW.line_count, NEW.total,
           NEW.proof))
    EXECUTE FUNCTION statements_refuse('a statement keeps what its file says');

CREATE FUNCTION statements_check_statement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM statements_sighting WHERE book_id = OLD.book_id AND statement_id = OLD.id) THEN
            RAISE EXCEPTION 'statement % is gone but its sightings are not', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.line_count > 0
        AND EXISTS (SELECT FROM statements_statement WHERE book_id = NEW.book_id AND id = NEW.id)
        AND NOT EXISTS (SELECT FROM statements_sighting WHERE book_id = NEW.book_id AND statement_id = NEW.id) THEN
        RAISE EXCEPTION 'statement % says % lines and has none', NEW.id, NEW.line_count
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER statements_statement_has_lines AFTER INSERT OR DELETE ON statements_statement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION statements_check_statement();

-- Lines

CREATE FUNCTION statements_check_new_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    EXECUTE $check$
        SELECT came.* FROM (SELECT DISTINCT book_id, bank_account_id, currency FROM came) came
        LEFT JOIN statements_bankaccount account ON account.book_id = came.book_id
            AND account.id = came.bank_account_id AND account.currency = came.currency
        WHERE account.id IS NULL LIMIT 1
    $check$ INTO wrong;
    IF wrong.book_id IS NOT NULL THEN
        RAISE EXCEPTION 'book % has no bank account % in %', wrong.book_id, wrong.bank_account_id, wrong.currency
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER statements_line_in_account AFTER INSERT ON statements_statementline
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION statements_check_new_lines();

CREATE TRIGGER statements_line_keeps BEFORE UPDATE ON statements_statementline FOR EACH ROW
    WHEN ((OLD.id, OLD.book_id, OLD.bank_account_id, OLD.date, OLD.amount, OLD.currency)
          IS DISTINCT FROM (NEW.id, NEW.book_id, NEW.bank_account_id, NEW.date, NEW.amount, NEW.currency))
    EXECUTE FUNCTION statements_refuse('a line keeps its bank account, date, amount and currency');

CREATE FUNCTION statements_check_gone_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen bigint;
BEGIN
    EXECUTE $check$
        SELECT gone.id FROM gone JOIN statements_sighting sighting
            ON sighting.book_id = gone.book_id AND sighting.line_id = gone.id LIMIT 1
    $check$ INTO seen;
    IF seen IS NOT NULL THEN
        RAISE EXCEPTION 'line % is still shown by a statement', seen USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER statements_line_unseen AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION statements_check_gone_lines();

-- Sightings: all of a statement arrive at once, numbered from 1, and agree with its count and total.

CREATE FUNCTION statements_check_new_sightings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wrong bigint;
BEGIN
    EXECUTE $check$
        SELECT came.statement_id FROM (
            SELECT came.book_id, came.statement_id, line.bank_account_id, count(*) AS count, sum(line.amount) AS total,
                   min(came.no) AS first, max(came.no) AS last, count(DISTINCT came.line_id) AS lines
            FROM came LEFT JOIN statements_statementline line ON line.id = came.line_id AND line.book_id = came.book_id
            GROUP BY came.book_id, came.statement_id, line.bank_account_id
        ) came
        LEFT JOIN statements_statement statement ON statement.book_id = came.book_id
            AND statement.id = came.statement_id AND statement.bank_account_id = came.bank_account_id
        WHERE statement.id IS NULL OR statement.line_count <> came.count OR statement.total <> came.total
            OR came.first <> 1 OR came.last <> came.count OR came.lines <> came.count
        LIMIT 1
    $check$ INTO wrong;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'the sightings of statement % are not those that it counts, of lines of its bank account', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER statements_sighting_fits AFTER INSERT ON statements_sighting
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION statements_check_new_sightings();

CREATE TRIGGER statements_sighting_keeps BEFORE UPDATE ON statements_sighting FOR EACH ROW
    WHEN ((OLD.book_id, OLD.statement_id, OLD.no, OLD.place, OLD.balance, OLD.is_pending)
          IS DISTINCT FROM (NEW.book_id, NEW.statement_id, NEW.no, NEW.place, NEW.balance, NEW.is_pending))
    EXECUTE FUNCTION statements_refuse('a sighting keeps its statement, place and balance');

CREATE FUNCTION statements_check_moved_sighting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM statements_statementline line JOIN statements_statementline other
            ON (other.book_id, other.bank_account_id, other.date, other.amount)
             = (line.book_id, line.bank_account_id, line.date, line.amount)
        WHERE line.id = OLD.line_id AND other.id = NEW.line_id AND other.book_id = NEW.book_id
    ) THEN
        RAISE EXCEPTION 'a sighting moves only between lines of the same account, date and amount'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER statements_sighting_moves AFTER UPDATE OF line_id ON statements_sighting FOR EACH ROW
    WHEN (OLD.line_id <> NEW.line_id) EXECUTE FUNCTION statements_check_moved_sighting();

CREATE FUNCTION statements_check_gone_sightings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    there bigint;
BEGIN
    EXECUTE $check$
        SELECT statement.id FROM (SELECT DISTINCT book_id, statement_id FROM gone) gone
        JOIN statements_statement statement ON statement.book_id = gone.book_id AND statement.id = gone.statement_id
        LIMIT 1
    $check$ INTO there;
    IF there IS NOT NULL THEN
        RAISE EXCEPTION 'sightings go with their statement %, never before it', there
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER statements_sighting_goes AFTER DELETE ON statements_sighting
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION statements_check_gone_sightings();

-- Nobody truncates what banks said.

CREATE TRIGGER statements_account_stays BEFORE TRUNCATE ON statements_bankaccount
    EXECUTE FUNCTION statements_refuse('bank accounts are not truncated');
CREATE TRIGGER statements_statement_stays BEFORE TRUNCATE ON statements_statement
    EXECUTE FUNCTION statements_refuse('statements are not truncated');
CREATE TRIGGER statements_line_stays BEFORE TRUNCATE ON statements_statementline
    EXECUTE FUNCTION statements_refuse('statement lines are not truncated');
CREATE TRIGGER statements_sighting_stays BEFORE TRUNCATE ON statements_sighting
    EXECUTE FUNCTION statements_refuse('sightings are not truncated');
