-- triggers on content_chunks.
create or replace trigger touch_updated_at
before update on content_chunks
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_owner
before insert or update of content, metadata, summary on content_chunks
for each row
when (new.content <> '[erased]')
execute function refuse_erased_owner();
