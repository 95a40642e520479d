-- set_notification_preference: how the caller wants to hear of one kind of news. Null follows their settings.
--
-- In the application is yes unless it says no; what is urgent comes there all the same.
--
-- called by  people
-- requires   require_user
-- errors     PA401, PA403 · PA422 no such kind of news
create or replace function set_notification_preference(
    p_type text,
    p_in_app boolean default null,
    p_email boolean default null,
    p_push boolean default null
)
returns void
language plpgsql
volatile
security definer -- writes notification_preferences, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
begin
    if (
        p_type in (
            'achievement_earned', 'level_up', 'course_completed', 'certificate_issued', 'submission_graded',
            'reply_posted', 'solution_accepted', 'coins_received', 'streak_at_risk', 'announcement'
        )
    ) is not true
    then
        raise exception 'there is no such kind of news'
            using errcode = 'PA422', detail = format('type = %s', coalesce(left(p_type, 60), 'null')),
                hint = 'Use one of v_my_notification_preferences.';
    end if;

    insert into notification_preferences as p (user_id, notification_type, in_app, email, push)
    values (v_user_id, p_type, p_in_app, p_email, p_push)
    on conflict (user_id, notification_type) do update
    set in_app = excluded.in_app, email = excluded.email, push = excluded.push;
end;
$$;

comment on function set_notification_preference is 'Sets how the caller hears of one kind of news; null follows their settings.';
revoke all on function set_notification_preference from public;
grant execute on function set_notification_preference to pgacademy_student, pgacademy_instructor, pgacademy_admin;
