-- The checks run as their owner. Whoever may execute one can attach it to a temporary table of their own, whose column
-- types may come with implicit casts that they wrote: the check would run those as its owner. Attaching a trigger needs
-- EXECUTE, firing one does not.
DO $$
DECLARE
    checks CONSTANT text := 'statements_check_statement(), statements_check_new_lines(), statements_check_gone_lines(),'
        ' statements_check_new_sightings(), statements_check_moved_sighting(), statements_check_gone_sightings()';
BEGIN
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', checks);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM lf_app', checks);
    END IF;
END
$$;
