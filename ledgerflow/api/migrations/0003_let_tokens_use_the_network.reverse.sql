DROP TRIGGER api_token_keeps_its_network ON api_apitoken;
