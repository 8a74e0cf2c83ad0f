GRANT EXECUTE ON FUNCTION statements_check_statement(), statements_check_new_lines(), statements_check_gone_lines(),
    statements_check_new_sightings(), statements_check_moved_sighting(), statements_check_gone_sightings() TO PUBLIC;
