-- triggers on archive_chunks: read-only.
create or replace trigger refuse_change
before update or delete on archive_chunks
for each row execute function refuse_change('archive_chunks');

create or replace trigger refuse_truncate
before truncate on archive_chunks
for each statement execute function refuse_change('archive_chunks');
