-- Loses the whole audit trail and its seals. Export it first, if anybody may ask for it.
drop table audit_watermark;
drop table audit_seals;
drop table audit_contexts;
drop table audit_logs;
drop sequence audit_log_numbers;
