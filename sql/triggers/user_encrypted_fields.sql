-- triggers on user_encrypted_fields
create or replace trigger touch_updated_at
before update on user_encrypted_fields
for each row execute function touch_updated_at();

create or replace trigger audit_row
after insert or update or delete on user_encrypted_fields
for each row execute function audit_user_encrypted_fields();

create or replace trigger refuse_erased_user
before insert or update on user_encrypted_fields
for each row execute function refuse_erased_user();
