-- triggers on archive_chunks: read-only, see refuse_archive_change.
create or replace trigger refuse_change
before update or delete on archive_chunks
for each row execute function refuse_archive_change();

create or replace trigger refuse_truncate
before truncate on archive_chunks
for each statement execute function refuse_archive_change();
