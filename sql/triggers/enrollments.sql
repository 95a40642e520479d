-- triggers on enrollments.
create or replace trigger start_enrollment
before insert on enrollments
for each row execute function start_enrollment();

create or replace trigger count_enrollment
after insert or delete on enrollments
for each row execute function count_enrollment();

-- A completed lesson that leaves the status alone pays nothing for this, nor does a change that its writer has counted.
create or replace trigger count_enrollment_on_update
after update of status, rating on enrollments
for each row
when (
    old.counted_moves = new.counted_moves
    and (old.status <> new.status or old.rating is distinct from new.rating)
)
execute function count_enrollment();

create or replace trigger touch_updated_at
before update on enrollments
for each row execute function touch_updated_at();

create or replace trigger audit_delete
after delete on enrollments
for each row execute function audit_enrollments();

-- What moves with every lesson is no news.
create or replace trigger audit_status
after update of status on enrollments
for each row
when (old.status <> new.status)
execute function audit_enrollments();

create or replace trigger refuse_erased_user
before update of review on enrollments
for each row
when (new.review is not null)
execute function refuse_erased_user();
