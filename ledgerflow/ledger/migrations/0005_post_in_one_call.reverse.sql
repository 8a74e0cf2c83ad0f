DROP FUNCTION ledger_post(bigint, text, bigint, timestamptz, date[], smallint[], bigint[], text[],
    integer[], smallint[], bigint[], text[], numeric[], numeric[]);
DROP FUNCTION ledger_lock(bigint);
