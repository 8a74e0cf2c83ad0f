DO $$
DECLARE
    wider text := pg_get_functiondef('posting_check_links()'::regprocedure);
BEGIN
    EXECUTE replace(wider, 'SELECT posting_bank_amount(fresh.line_id)',
        'SELECT base_amount FROM posting_statedamount WHERE line_id = fresh.line_id');
END
$$;
DROP FUNCTION posting_bank_amount(bigint);
