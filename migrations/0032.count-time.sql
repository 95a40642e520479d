-- gamification: how long a person has learned in all, and when they were last in a course. Reports on everybody read both, and
-- would else add up every enrolment of the school.
-- depends: 0031.create-files

-- No check that it is not negative: each enrolment's part has one, and every UPDATE of the row would pay for another.
alter table user_stats add column total_time_spent_seconds bigint not null default 0;
alter table user_stats add column last_accessed_at timestamptz;

comment on column user_stats.total_time_spent_seconds is 'Time spent in lessons, in seconds.';
comment on column user_stats.last_accessed_at is 'When they last did something in one of their courses.';
