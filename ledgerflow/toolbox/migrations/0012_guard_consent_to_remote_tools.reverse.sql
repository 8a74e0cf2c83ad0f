DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON toolbox_remoteconsent TO lf_app;
    END IF;
END
$$;
DROP TRIGGER toolbox_consent_stays ON toolbox_remoteconsent;
DROP TRIGGER toolbox_consent_ends_once ON toolbox_remoteconsent;
DROP TRIGGER toolbox_ask_who_agrees ON toolbox_remoteconsent;
DROP TRIGGER toolbox_ask_who_withdraws ON toolbox_remoteconsent;
DROP FUNCTION toolbox_ask_who_withdraws();
DROP FUNCTION toolbox_ask_who_agrees();
