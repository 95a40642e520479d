-- operations: what the trail's only writers hold to is not checked again with every row.
-- depends: 0039.index-context-origins

-- PostgreSQL parses the text of a CHECK anew for every statement, here with every change of every table that is noted.
-- Nobody but write_audit() and the triggers may insert. An action, an id and a code that come from outside are checked by
-- log_failure(), and every key that is a text by its own table: the last one is now.
alter table retention_policies
-- squawk-ignore constraint-missing-not-valid: a row for each subject that the school keeps for a while
add constraint retention_policies_subject_length_check check (length(subject) between 1 and 100);

-- squawk-ignore ban-drop-constraint: its only writers hold to it
alter table audit_logs drop constraint audit_logs_action_length_check;
-- squawk-ignore ban-drop-constraint: its only writers hold to it
alter table audit_logs drop constraint audit_logs_entity_id_length_check;
-- squawk-ignore ban-drop-constraint: its only writers hold to it
alter table audit_logs drop constraint audit_logs_error_code_check;
