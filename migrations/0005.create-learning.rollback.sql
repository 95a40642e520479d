-- Loses every enrolment and all progress.
drop table lesson_progress;
drop table enrollments;
