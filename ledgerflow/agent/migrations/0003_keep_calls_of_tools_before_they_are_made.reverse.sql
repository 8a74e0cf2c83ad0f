CREATE OR REPLACE FUNCTION agent_allow_request() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    allowed agent_agentsettings;
    calls bigint;
    tokens bigint;
    money numeric;
BEGIN
    SELECT * INTO allowed FROM agent_agentsettings WHERE book_id = NEW.book_id FOR UPDATE;
    IF NOT FOUND OR NOT allowed.is_enabled THEN
        RAISE 'The book does not allow the agent.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'tool' THEN
        IF NEW.state <> 'refused' AND NOT allowed.tools ? NEW.tool THEN
            RAISE 'The book does not allow the agent this tool.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT count(*), COALESCE(sum(tokens_in + tokens_out), 0),
           COALESCE(sum(cost) FILTER (WHERE currency = allowed.money_currency), 0)
    INTO calls, tokens, money
    FROM agent_agentturn WHERE book_id = NEW.book_id AND day = NEW.day AND kind = 'request';
    IF calls + 1 > allowed.calls_a_day OR tokens + NEW.tokens_in + NEW.tokens_out > allowed.tokens_a_day
        OR allowed.money_a_day IS NOT NULL
            AND (NEW.cost IS NULL OR NEW.currency <> allowed.money_currency OR money + NEW.cost > allowed.money_a_day)
    THEN
        RAISE 'The budget of the agent is used up for this day.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
ALTER TABLE agent_agentturn DROP CONSTRAINT agent_turn_tool_run_in_book;
