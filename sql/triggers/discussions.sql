-- triggers on discussions: each has its row of what moves.
create or replace trigger touch_updated_at
before update on discussions
for each row execute function touch_updated_at();

create or replace trigger create_discussion_stats
after insert on discussions
for each row execute function create_discussion_stats();
