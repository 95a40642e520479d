-- Loses nothing. Each reads the whole trail, which nobody can write to meanwhile.
alter table audit_logs add constraint audit_logs_action_length_check check (length(action) between 1 and 100);
alter table audit_logs add constraint audit_logs_entity_id_length_check check (length(entity_id) <= 200);
alter table audit_logs add constraint audit_logs_error_code_check
check (is_success = (error_code is null) and length(error_code) = 5);
alter table retention_policies drop constraint retention_policies_subject_length_check;
