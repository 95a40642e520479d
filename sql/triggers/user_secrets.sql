-- triggers on user_secrets.
create or replace trigger audit_row
after insert or update or delete on user_secrets
for each row execute function audit_row('user_secrets', 'user_id', '{}', '{}', '{password_hash}');
