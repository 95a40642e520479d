-- Loses by what a row is found again, so that requests to come have rows of their own; nothing of what was noted.
alter table audit_contexts drop column origin;
comment on column audit_contexts.id is 'Made of the transaction and its caller, so that nobody can name another''s.';
comment on column audit_contexts.created_at is 'When the transaction began.';
comment on table audit_contexts is 'Where audited requests came from, as the application says; kept for a while only.';
