-- Rows stay within their book.
ALTER TABLE agent_agentconversation
    ADD CONSTRAINT agent_conversation_payee_in_book
        FOREIGN KEY (book_id, payee_id) REFERENCES payees_payee (book_id, id),
    ADD CONSTRAINT agent_conversation_account_in_book
        FOREIGN KEY (book_id, account_id) REFERENCES ledger_account (book_id, id);
ALTER TABLE agent_agentturn
    ADD CONSTRAINT agent_turn_conversation_in_book
        FOREIGN KEY (book_id, conversation_id) REFERENCES agent_agentconversation (book_id, id);
ALTER TABLE agent_agentproposal
    ADD CONSTRAINT agent_proposal_account_in_book
        FOREIGN KEY (book_id, account_id) REFERENCES ledger_account (book_id, id),
    ADD CONSTRAINT agent_proposal_conversation_in_book
        FOREIGN KEY (book_id, conversation_id) REFERENCES agent_agentconversation (book_id, id);

-- Nothing is sent unless a row says so first, and no row says so where the book does not allow the agent, or not as much.
-- The settings' row is locked, so that two that ask at once count each other.
CREATE FUNCTION agent_allow_request() RETURNS trigger LANGUAGE plpgsql
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
CREATE TRIGGER agent_1_allow_request BEFORE INSERT ON agent_agentturn
    FOR EACH ROW EXECUTE FUNCTION agent_allow_request();

-- What was said stays as it was said: a turn is answered once, and a conversation comes to its outcome once.
CREATE FUNCTION agent_keep_turn() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state <> 'sent' OR NEW.state = 'sent'
        OR (NEW.id, NEW.book_id, NEW.conversation_id, NEW.no, NEW.kind, NEW.sent, NEW.tool, NEW.day, NEW.started_at)
            IS DISTINCT FROM
           (OLD.id, OLD.book_id, OLD.conversation_id, OLD.no, OLD.kind, OLD.sent, OLD.tool, OLD.day, OLD.started_at)
    THEN
        RAISE 'What was said to the agent does not change.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agent_2_keep_turn BEFORE UPDATE ON agent_agentturn
    FOR EACH ROW EXECUTE FUNCTION agent_keep_turn();

CREATE FUNCTION agent_keep_conversation() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.outcome <> 'running' OR NEW.outcome = 'running'
        OR (NEW.id, NEW.book_id, NEW.payee_id, NEW.payee_key, NEW.direction, NEW.chart_sha256, NEW.model, NEW.host,
            NEW.prompt_version, NEW.privacy, NEW.boundary, NEW.question, NEW.tools, NEW.asked_by_id, NEW.started_at)
            IS DISTINCT FROM
           (OLD.id, OLD.book_id, OLD.payee_id, OLD.payee_key, OLD.direction, OLD.chart_sha256, OLD.model, OLD.host,
            OLD.prompt_version, OLD.privacy, OLD.boundary, OLD.question, OLD.tools, OLD.asked_by_id, OLD.started_at)
    THEN
        RAISE 'What was said to the agent does not change.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agent_keep_conversation BEFORE UPDATE ON agent_agentconversation
    FOR EACH ROW EXECUTE FUNCTION agent_keep_conversation();

CREATE FUNCTION agent_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE 'What was said to the agent stays on record.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agent_3_keep_turn BEFORE DELETE OR TRUNCATE ON agent_agentturn
    FOR EACH STATEMENT EXECUTE FUNCTION agent_refuse();
CREATE TRIGGER agent_keep_conversations BEFORE DELETE OR TRUNCATE ON agent_agentconversation
    FOR EACH STATEMENT EXECUTE FUNCTION agent_refuse();
CREATE TRIGGER agent_keep_proposals BEFORE UPDATE OR TRUNCATE ON agent_agentproposal
    FOR EACH STATEMENT EXECUTE FUNCTION agent_refuse();

-- A proposal is what its conversation came to, for a line of its own book.
CREATE FUNCTION agent_check_proposals() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    PERFORM FROM fresh JOIN statements_statementline line ON line.id = fresh.line_id ORDER BY line.id
        FOR KEY SHARE OF line;
    IF EXISTS (
        SELECT FROM fresh
        LEFT JOIN statements_statementline line ON line.id = fresh.line_id AND line.book_id = fresh.book_id
        LEFT JOIN agent_agentconversation said ON said.id = fresh.conversation_id AND said.account_id = fresh.account_id
        WHERE line.id IS NULL OR said.id IS NULL
    ) THEN
        RAISE 'A proposal is for a line of its book, and the account that its conversation came to.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agent_check_proposals AFTER INSERT ON agent_agentproposal
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION agent_check_proposals();

CREATE FUNCTION agent_forget_proposals() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
BEGIN
    DELETE FROM agent_agentproposal proposed USING old_rows WHERE proposed.line_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER agent_forget_proposals AFTER DELETE ON statements_statementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION agent_forget_proposals();
