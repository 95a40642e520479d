-- Loses every course, lesson and prerequisite.
drop table lesson_prerequisites;
drop table lessons;
drop table course_prerequisites;
drop table course_stats;
drop table courses;
