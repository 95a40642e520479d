-- gamification: how long a person has learned in all, and when they were last in a course. Reports on everybody read both, and
-- would else add up every enrolment of the school.
-- depends: 0031.create-files

alter table user_stats add column total_time_spent_seconds bigint not null default 0;
alter table user_stats add column last_accessed_at timestamptz;

-- squawk-ignore constraint-missing-not-valid: the columns above have locked the table already, and the rows are narrow
alter table user_stats add constraint user_stats_total_time_spent_seconds_check check (total_time_spent_seconds >= 0);

comment on column user_stats.total_time_spent_seconds is 'Time spent in lessons, in seconds.';
comment on column user_stats.last_accessed_at is 'When they last did something in one of their courses.';
