-- triggers on interactions: feedback on one that is deleted stays. Partitions have it from their table.
create or replace trigger release_feedback
after delete on interactions
for each row execute function release_feedback();
