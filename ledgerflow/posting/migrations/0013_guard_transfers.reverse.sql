DROP TRIGGER posting_4_keep_transfers ON posting_transfer;
DROP TRIGGER posting_3_keep_transfer ON posting_transfer;
DROP TRIGGER posting_forget_pairs ON statements_statementline;
DROP FUNCTION posting_forget_pairs();
DROP TRIGGER posting_counterpart_is_paired ON classification_classification;
DROP FUNCTION posting_counterpart_is_paired();
DROP TRIGGER posting_transfer_is_ended ON ledger_journalentry;
DROP FUNCTION posting_transfer_is_ended();
DROP TRIGGER posting_2_end_transfer ON posting_transfer;
DROP FUNCTION posting_end_transfer();
DROP TRIGGER posting_1_check_transfer ON posting_transfer;
DROP FUNCTION posting_check_transfer();
DO $$
BEGIN
    EXECUTE replace(
        pg_get_functiondef('posting_check_links()'::regprocedure),
        'booked.no = CASE WHEN fresh.is_counterpart THEN 2 ELSE 1 END', 'booked.no = 1');
END
$$;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT UPDATE, DELETE ON posting_transfer TO lf_app;
    END IF;
END
$$;
