-- triggers on content_chunks.
create or replace trigger touch_updated_at
before update on content_chunks
for each row execute function touch_updated_at();
