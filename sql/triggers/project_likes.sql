-- triggers on project_likes.
create or replace trigger count_like
after insert or delete on project_likes
for each row execute function count_project_like();
