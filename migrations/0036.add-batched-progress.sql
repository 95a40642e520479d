-- learning: completions that are counted as a set.
-- depends: 0035.drop-achievement-index

alter table lesson_progress add column is_batched boolean not null default false;
comment on column lesson_progress.is_batched is
'Inserted with others at once, whose counters their writer has moved as a set; the trigger has left it alone.';
