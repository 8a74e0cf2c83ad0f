-- Which run is made again belongs to what a run was asked. One that has ended does not change at all already.
CREATE TRIGGER toolbox_run_keeps_what_it_repeats BEFORE UPDATE ON toolbox_toolrun FOR EACH ROW
    WHEN (OLD.outcome = 'running' AND NEW.again_of_id IS DISTINCT FROM OLD.again_of_id)
    EXECUTE FUNCTION toolbox_refuse('What a run of a tool was asked does not change.');
