-- Nothing is lost: it only says who counted a change when it was made.
alter table enrollments drop column counted_moves;
