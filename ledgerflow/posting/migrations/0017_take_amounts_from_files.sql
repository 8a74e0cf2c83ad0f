-- What the bank took or gave in the book's currency for a line in another one: what a person says of it, else what the
-- file states where the movement was in the book's currency (the amount, or the line's at the rate to the currency of
-- the account). NULL where neither says so, or in a way that the journal cannot keep: then a rate of the book is used.
CREATE FUNCTION posting_bank_amount(the_line bigint) RETURNS numeric LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    worth numeric;
    line statements_statementline;
    base varchar;
BEGIN
    SELECT base_amount INTO worth FROM posting_statedamount WHERE line_id = the_line;
    IF FOUND THEN
        RETURN worth;
    END IF;
    SELECT * INTO line FROM statements_statementline WHERE id = the_line;
    IF line.original_currency IS NULL OR line.amount = 0 THEN
        RETURN NULL;
    END IF;
    SELECT base_currency INTO base FROM books_book WHERE id = line.book_id;
    IF line.original_currency <> base OR line.currency = base THEN
        RETURN NULL;
    END IF;
    worth := coalesce(line.original_amount, round(line.amount / line.rate, ledger_minor_digits(base)));
    RETURN CASE WHEN worth = round(worth, ledger_minor_digits(base)) AND sign(worth) = sign(line.amount)
        AND abs(worth) < 1e15 AND round(worth / line.amount, 12) BETWEEN 1e-12 AND 1e12 - 1e-12 THEN worth END;
END $$;

-- Only that condition of posting_check_links changes, whatever else the function looks at.
DO $$
DECLARE
    plain text := pg_get_functiondef('posting_check_links()'::regprocedure);
    wider text := replace(plain, 'SELECT base_amount FROM posting_statedamount WHERE line_id = fresh.line_id',
        'SELECT posting_bank_amount(fresh.line_id)');
BEGIN
    IF wider = plain THEN
        RAISE 'posting_check_links() does not look at what the bank stated.';
    END IF;
    EXECUTE wider;
END
$$;
