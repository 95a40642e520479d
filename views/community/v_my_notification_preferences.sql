-- v_my_notification_preferences: how the caller hears of each kind of news: what they chose, else what their settings say.
create or replace view v_my_notification_preferences
with (security_invoker)
as
select
    t.notification_type,
    coalesce(p.in_app, true) as in_app,
    coalesce(p.email, s.email_notifications) as email,
    coalesce(p.push, s.push_notifications) as push,
    p.user_id is not null as is_chosen
from user_settings as s
cross join unnest(array[
    'achievement_earned', 'level_up', 'course_completed', 'certificate_issued', 'submission_graded', 'reply_posted',
    'solution_accepted', 'coins_received', 'streak_at_risk', 'announcement'
]) as t (notification_type)
left join notification_preferences as p on p.user_id = s.user_id and p.notification_type = t.notification_type
where s.user_id = (select current_user_id());

comment on view v_my_notification_preferences is 'How the caller hears of each kind of news.';
revoke all on v_my_notification_preferences from public;
grant select on v_my_notification_preferences to pgacademy_student, pgacademy_instructor;
