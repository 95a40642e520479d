-- triggers on discussion_votes.
create or replace trigger touch_updated_at
before update on discussion_votes
for each row execute function touch_updated_at();
