-- Loses every event, and what was added up of those that retention has removed already.
drop index user_streaks_streak_date_idx;
drop table platform_activity_days;
drop table event_type_days;
drop table course_activity_days;
drop table learner_activity_days;
drop table user_activity_days;
drop table rollup_state;
drop table analytics_contexts;
drop table analytics_events;
