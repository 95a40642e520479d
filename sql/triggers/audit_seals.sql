-- triggers on audit_seals: added to, never changed.
create or replace trigger refuse_change
before update or delete on audit_seals
for each row execute function refuse_change('audit_seals');

create or replace trigger refuse_truncate
before truncate on audit_seals
for each statement execute function refuse_change('audit_seals');
