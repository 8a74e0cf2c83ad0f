-- That a program may send something out is agreed to when its token is made, like everything else.
CREATE TRIGGER api_token_keeps_its_network BEFORE UPDATE ON api_apitoken FOR EACH ROW
    WHEN (NEW.may_use_network IS DISTINCT FROM OLD.may_use_network)
    EXECUTE FUNCTION api_keep_token('A token stays as it was made; make another one.');
