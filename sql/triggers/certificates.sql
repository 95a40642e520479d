-- triggers on certificates: history, but for revoking them.
create or replace trigger guard_certificate
before update or delete on certificates
for each row execute function guard_certificate();

create or replace trigger touch_updated_at
before update on certificates
for each row execute function touch_updated_at();

create or replace trigger audit_row
after update or delete on certificates
for each row execute function audit_certificates();

create or replace trigger refuse_erased_user
before insert on certificates
for each row execute function refuse_erased_user();
