-- triggers on lesson_prerequisites: both lessons are in one course, so the course's guard is enough.
create or replace trigger guard_course
before insert or update of course_id, lesson_id, prerequisite_lesson_id on lesson_prerequisites
for each row execute function guard_lesson_prerequisites();

create or replace trigger check_cycle
after insert or update of course_id, lesson_id, prerequisite_lesson_id on lesson_prerequisites
for each row execute function check_lesson_prerequisites();

create or replace trigger audit_row
after insert or update or delete on lesson_prerequisites
for each row execute function audit_lesson_prerequisites();
