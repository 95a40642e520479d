-- learning: completed courses that are counted as a set.
-- depends: 0036.add-batched-progress

alter table enrollments add column counted_moves integer not null default 0;
comment on column enrollments.counted_moves is
'How many changes of its status were counted by who wrote them, with others at once; the trigger has left those alone.';
