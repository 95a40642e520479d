-- triggers on audit_logs: added to, never changed. Partitions get the first with attaching and the second from
-- ensure_partitions; a detached one has only the second.
create or replace trigger refuse_change
before update or delete on audit_logs
for each row execute function refuse_change('audit_logs');

create or replace trigger refuse_truncate
before truncate on audit_logs
for each statement execute function refuse_change('audit_logs');
