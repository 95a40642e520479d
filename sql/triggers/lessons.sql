-- triggers on lessons. Those of one moment fire by name, and the order matters: before, the guard is taken first; after,
-- a hidden chapter hides its lessons before anything is counted. A mere new position fires none but touch_updated_at.
create or replace trigger check_materials_shape
before insert or update of materials on lessons
for each row execute function check_row_shape('materials', 'lesson_materials');

create or replace trigger check_learning_outcomes_shape
before insert or update of learning_outcomes on lessons
for each row execute function check_row_shape('learning_outcomes', 'learning_objectives');

create or replace trigger guard_course
before insert or delete or update of course_id, parent_lesson_id, is_active, is_mandatory on lessons
for each row execute function guard_course_lessons();

create or replace trigger set_defaults
before insert on lessons
for each row execute function set_lesson_defaults();

create or replace trigger touch_updated_at
before update on lessons
for each row execute function touch_updated_at();

create or replace trigger cascade_hiding
after update of is_active on lessons
for each row
when (old.is_active and not new.is_active)
execute function hide_chapter_lessons();

create or replace trigger check_parent
after insert or update of parent_lesson_id, is_active on lessons
for each row
when (new.parent_lesson_id is not null)
execute function check_lesson_parent();

create or replace trigger count_lessons
after insert or delete or update of parent_lesson_id, is_active, is_mandatory on lessons
for each row execute function count_course_lessons();

-- A constraint trigger cannot be replaced.
drop trigger if exists refresh_progress on lessons;
create constraint trigger refresh_progress
after insert or delete or update of parent_lesson_id, is_active, is_mandatory on lessons
deferrable initially immediate
for each row execute function refresh_progress_after_lessons();

create or replace trigger audit_row
after insert or update or delete on lessons
for each row execute function audit_lessons();
