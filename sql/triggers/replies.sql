-- triggers on replies. A vote is not an edit: it leaves updated_at alone.
create or replace trigger touch_updated_at
before update of content, accepted_at, deleted_at on replies
for each row execute function touch_updated_at();
