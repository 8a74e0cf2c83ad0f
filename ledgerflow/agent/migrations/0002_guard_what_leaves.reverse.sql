DROP TRIGGER agent_forget_proposals ON statements_statementline;
DROP FUNCTION agent_forget_proposals();
DROP TRIGGER agent_check_proposals ON agent_agentproposal;
DROP FUNCTION agent_check_proposals();
DROP TRIGGER agent_keep_proposals ON agent_agentproposal;
DROP TRIGGER agent_keep_conversations ON agent_agentconversation;
DROP TRIGGER agent_3_keep_turn ON agent_agentturn;
DROP FUNCTION agent_refuse();
DROP TRIGGER agent_keep_conversation ON agent_agentconversation;
DROP FUNCTION agent_keep_conversation();
DROP TRIGGER agent_2_keep_turn ON agent_agentturn;
DROP FUNCTION agent_keep_turn();
DROP TRIGGER agent_1_allow_request ON agent_agentturn;
DROP FUNCTION agent_allow_request();
ALTER TABLE agent_agentproposal
    DROP CONSTRAINT agent_proposal_conversation_in_book,
    DROP CONSTRAINT agent_proposal_account_in_book;
ALTER TABLE agent_agentturn DROP CONSTRAINT agent_turn_conversation_in_book;
ALTER TABLE agent_agentconversation
    DROP CONSTRAINT agent_conversation_account_in_book,
    DROP CONSTRAINT agent_conversation_payee_in_book;
