-- triggers on courses. Triggers of one moment fire by name.
create or replace trigger check_learning_objectives_shape
before insert or update of learning_objectives on courses
for each row execute function check_row_shape('learning_objectives', 'learning_objectives');

create or replace trigger set_defaults
before insert or update of slug, is_published, published_at on courses
for each row execute function set_course_defaults();

create or replace trigger bump_version
before update on courses
for each row
when (
    new.is_published
    and (old.title, old.description, old.difficulty, old.learning_objectives, old.content_structure)
    is distinct from (new.title, new.description, new.difficulty, new.learning_objectives, new.content_structure)
)
execute function bump_course_version();

create or replace trigger check_seats
before update of max_enrollments on courses
for each row
when (new.max_enrollments < old.max_enrollments or (old.max_enrollments is null and new.max_enrollments is not null))
execute function check_course_seats();

create or replace trigger create_stats
after insert on courses
for each row execute function create_course_stats();

create or replace trigger touch_updated_at
before update on courses
for each row execute function touch_updated_at();

create or replace trigger relist_projects
after update of is_active, deleted_at on courses
for each row
when ((old.is_active, old.deleted_at) is distinct from (new.is_active, new.deleted_at))
execute function relist_projects('course');

create or replace trigger audit_row
after insert or update or delete on courses
for each row execute function audit_courses();
