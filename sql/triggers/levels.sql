-- triggers on levels.
create or replace trigger audit_row
after insert or update or delete on levels
for each row execute function audit_levels();
