DROP TRIGGER toolbox_keep_secrets_out ON toolbox_toolconfiguration;
DROP FUNCTION toolbox_keep_secrets_out();
DROP FUNCTION toolbox_is_reference(jsonb);
ALTER TABLE toolbox_toolconfiguration DROP CONSTRAINT toolbox_settings_are_named;
ALTER TABLE toolbox_tool DROP CONSTRAINT toolbox_somebody_agreed;
