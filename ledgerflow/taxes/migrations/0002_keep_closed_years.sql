-- What was entered for a tax year stays as it is once the books are closed through its last day. The state row of
-- the ledger is locked, so that entering and closing do not race.
--
-- The function runs as its owner, because lf_app may not lock that row itself; nobody else may attach it to a table
-- of their own.
CREATE FUNCTION taxes_keep_closed_years() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    the_book bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.book_id ELSE NEW.book_id END;
    the_year integer := CASE WHEN TG_OP = 'DELETE' THEN OLD.year ELSE NEW.year END;
    closed date;
    last_day date;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.book_id, NEW.year) IS DISTINCT FROM (OLD.book_id, OLD.year) THEN
        RAISE EXCEPTION 'What was entered for a tax year stays with its book and year.'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT closed_through INTO closed FROM ledger_ledgerstate WHERE book_id = the_book FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Book % has no ledger.', the_book USING ERRCODE = 'LF012';
    END IF;
    SELECT (make_date(the_year + 1, fiscal_year_start_month, 1) - 1) INTO last_day
      FROM books_book WHERE id = the_book;
    IF closed >= last_day THEN
        RAISE EXCEPTION 'The books are closed through %, so the facts of the tax year % stay as they are; reopen the period to change them.',
            closed, the_year USING ERRCODE = 'LF004';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER taxes_keep_closed_years BEFORE INSERT OR UPDATE OR DELETE ON taxes_yearfacts
    FOR EACH ROW EXECUTE FUNCTION taxes_keep_closed_years();
CREATE TRIGGER taxes_keep_closed_years BEFORE INSERT OR UPDATE OR DELETE ON taxes_businessshare
    FOR EACH ROW EXECUTE FUNCTION taxes_keep_closed_years();

ALTER TABLE taxes_businessshare
    ADD CONSTRAINT taxes_share_account_in_book FOREIGN KEY (book_id, account_id)
    REFERENCES ledger_account (book_id, id);

-- The account of a share is part of its key.
CREATE FUNCTION taxes_share_keeps_account() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION 'A business share stays with its account.' USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER taxes_share_keeps_account BEFORE UPDATE ON taxes_businessshare FOR EACH ROW
    WHEN (NEW.account_id <> OLD.account_id) EXECUTE FUNCTION taxes_share_keeps_account();

-- An account that has amounts in a closed tax year stays on its line, or the worksheet of that year would change. Its
-- first movement says enough: the earliest year is the first to be closed. An account without a line may be given one.
CREATE FUNCTION taxes_keep_tax_lines() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$
DECLARE
    closed date;
    start_month integer;
    first_month date;
    the_year integer;
BEGIN
    SELECT closed_through INTO closed FROM ledger_ledgerstate WHERE book_id = OLD.book_id FOR UPDATE;
    SELECT fiscal_year_start_month INTO start_month FROM books_book WHERE id = OLD.book_id;
    SELECT min(month) INTO first_month FROM ledger_movement WHERE book_id = OLD.book_id AND account_id = OLD.id;
    the_year := extract(year FROM first_month)::integer
        - CASE WHEN extract(month FROM first_month) < start_month THEN 1 ELSE 0 END;
    IF closed >= make_date(the_year + 1, start_month, 1) - 1 THEN
        RAISE EXCEPTION 'Account % has amounts in the tax year %, which is closed, so it keeps its tax line. Use another account, or reopen the period.',
            OLD.code, the_year USING ERRCODE = 'LF011';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER taxes_keep_tax_lines BEFORE UPDATE ON ledger_account FOR EACH ROW
    WHEN (OLD.tax_line <> '' AND NEW.tax_line <> OLD.tax_line) EXECUTE FUNCTION taxes_keep_tax_lines();

REVOKE EXECUTE ON FUNCTION taxes_keep_closed_years(), taxes_keep_tax_lines() FROM PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE EXECUTE ON FUNCTION taxes_keep_closed_years(), taxes_keep_tax_lines() FROM lf_app;
        REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON taxes_yearfacts, taxes_businessshare FROM lf_app;
    END IF;
END
$$;
