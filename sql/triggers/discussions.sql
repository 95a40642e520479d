-- triggers on discussions: each has its row of what moves.
create or replace trigger touch_updated_at
before update on discussions
for each row execute function touch_updated_at();

create or replace trigger create_discussion_stats
after insert on discussions
for each row execute function create_discussion_stats();

create or replace trigger audit_row
after delete or update of deleted_at, closed_at on discussions
for each row execute function audit_discussions();

create or replace trigger refuse_erased_author
before insert or update of title, content, category, tags on discussions
for each row
when (new.title <> '[erased]' or new.content <> '[erased]' or new.category <> 'general' or new.tags <> '{}')
execute function refuse_erased_author();
