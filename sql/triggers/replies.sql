-- triggers on replies. A vote is not an edit: it leaves updated_at alone.
create or replace trigger touch_updated_at
before update of content, accepted_at, deleted_at on replies
for each row execute function touch_updated_at();

create or replace trigger audit_row
after delete or update of deleted_at on replies
for each row execute function audit_replies();

create or replace trigger refuse_erased_author
before insert or update of content on replies
for each row
when (new.content <> '[erased]')
execute function refuse_erased_author();
