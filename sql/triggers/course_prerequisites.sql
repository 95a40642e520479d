-- triggers on course_prerequisites: the guard before, the look for a cycle after.
create or replace trigger guard_graph
before insert or update of course_id, prerequisite_course_id on course_prerequisites
for each row execute function guard_course_prerequisites();

create or replace trigger check_cycle
after insert or update of course_id, prerequisite_course_id on course_prerequisites
for each row execute function check_course_prerequisites();

create or replace trigger audit_row
after insert or update or delete on course_prerequisites
for each row execute function audit_course_prerequisites();
