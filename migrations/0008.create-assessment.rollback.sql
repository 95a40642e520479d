-- Loses every quiz and every attempt. What passing them completed and gave in XP stays.
alter table user_stats drop column quizzes_passed;
drop table quiz_attempts;
drop table quiz_question_keys;
drop table quiz_questions;
drop table quizzes;
