-- operations: where requests came from is noted once a day and person, not once a transaction.
-- depends: 0037.count-completions-as-sets

alter table audit_contexts add column origin uuid;
comment on column audit_contexts.origin is
'Hash of whose it is, of the day, and of what was said; of nobody''s, of the transaction. By it the row is found again.';
comment on column audit_contexts.id is 'Identifier; which request is whose is told by user_id.';
comment on column audit_contexts.created_at is 'When the transaction began that noted it first.';
comment on table audit_contexts is
'Where audited requests came from, as the application says, once a day; kept for a while only.';
