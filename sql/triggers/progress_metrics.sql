-- triggers on progress_metrics.
create or replace trigger refuse_erased_user
before insert or update of subject_area on progress_metrics
for each row
when (new.subject_area is not null)
execute function refuse_erased_user();
