-- Nothing is lost: it only says who counted a row when it was inserted.
alter table lesson_progress drop column is_batched;
