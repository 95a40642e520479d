-- v_active_days: who was active on which day: tracked in the application, as far as it has been rolled up, or learning.
--
-- Days of learning are those of the learner's own calendar, as streaks have them; tracked ones are the school's.
create or replace view v_active_days
with (security_invoker)
as
select
    d.activity_date,
    d.user_id
from user_activity_days as d
union
select
    s.streak_date as activity_date,
    s.user_id
from user_streaks as s
where s.activity_count > 0;

comment on view v_active_days is 'Internal: people by the days on which they were active.';
-- Granted to nobody: it says what each person did. active_people() and cohort_retention() add it up.
revoke all on v_active_days from public;
