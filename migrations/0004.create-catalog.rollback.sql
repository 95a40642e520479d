-- Loses every course, lesson and prerequisite.
delete from write_guards
where name = 'course_slugs';
drop table lesson_prerequisites;
drop table lessons;
drop table course_prerequisites;
drop table course_stats;
drop table courses;
