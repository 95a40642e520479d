-- The counters are lost, not what they count: repair_counters() fills them after the step is applied again.
alter table user_stats drop constraint user_stats_deeds_check;
alter table user_stats drop column reviews_completed;
alter table user_stats drop column certificates_earned;
alter table user_stats drop column votes_received;
alter table user_stats drop column solutions_accepted;
alter table user_stats drop column replies_posted;
alter table user_stats drop column discussions_started;
alter table user_stats drop column projects_minted;
alter table user_stats drop column projects_created;
alter table user_stats drop column quizzes_passed;
