DROP TRIGGER posting_4_check_accepted ON posting_posting;
DROP FUNCTION posting_check_accepted();
