-- triggers on achievements: criteria in their one form, and updated_at.
create or replace trigger normalise_criteria
before insert or update of criteria on achievements
for each row execute function normalise_criteria();

create or replace trigger touch_updated_at
before update on achievements
for each row execute function touch_updated_at();

create or replace trigger audit_row
after insert or update or delete on achievements
for each row execute function audit_achievements();
