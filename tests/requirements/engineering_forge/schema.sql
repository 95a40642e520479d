-- The tables of Engineering Forge over the school. The schema engineering_forge is there already.
--
-- Its minutes are kept as seconds here: a row says them with their fraction, so that sums of rows are exact.

-- Theme and channels have their home in user_settings, the rest of the preferences in users. Keys of wallets are refused.
create view engineering_forge.users as
select
    u.id, u.email, u.username, w.address as wallet_address, u.avatar_url,
    u.preferences || jsonb_build_object(
        'theme', s.theme,
        'notifications', coalesce(u.preferences -> 'notifications', '{}')
        || jsonb_build_object('email', s.email_notifications, 'push', s.push_notifications)
    ) as preferences,
    u.academic_level, t.total_xp, u.created_at, u.updated_at, u.last_login_at as last_login, u.is_active, u.email_verified,
    w.verified_at is not null as wallet_verified,
    (
        select f.ciphertext from user_encrypted_fields as f where f.user_id = u.id and f.field_name = 'ssn'
    ) as encrypted_ssn,
    null::bytea as encrypted_private_key
from users as u
inner join user_settings as s on s.user_id = u.id
inner join user_stats as t on t.user_id = u.id
left join lateral (
    select c.address, c.verified_at
    from user_wallets as c
    where c.user_id = u.id and c.chain = 'solana'
    order by c.verified_at nulls last, c.created_at
    limit 1
) as w on true;

create view engineering_forge.courses as
select
    c.id, c.title, c.description, c.discipline, c.difficulty as difficulty_level, c.estimated_minutes as estimated_duration,
    (
        select coalesce(jsonb_agg(p.prerequisite_course_id order by p.created_at), '[]')
        from course_prerequisites as p where p.course_id = c.id
    ) as prerequisites,
    c.learning_objectives, c.content_structure, c.is_active, c.created_at, c.updated_at, c.created_by, c.version
from courses as c
where c.deleted_at is null;

create view engineering_forge.lessons as
select
    l.id, l.course_id, l.title, l.description, l.content, l.lesson_type, l.position as order_index,
    l.duration_minutes as estimated_duration,
    (
        select coalesce(jsonb_agg(p.prerequisite_lesson_id order by p.created_at), '[]')
        from lesson_prerequisites as p where p.lesson_id = l.id
    ) as prerequisites,
    l.learning_outcomes, l.is_active, l.created_at, l.updated_at
from lessons as l;

create view engineering_forge.user_progress as
select
    e.id, e.user_id, e.course_id, e.progress_percentage,
    (
        select coalesce(jsonb_agg(p.lesson_id order by p.completed_at), '[]')
        from lesson_progress as p where p.enrollment_id = e.id and p.status = 'completed'
    ) as completed_lessons,
    e.current_lesson_id, e.enrolled_at as started_at, e.completed_at, e.last_accessed_at,
    e.total_time_spent_seconds / 60.0 as time_spent
from enrollments as e;

create view engineering_forge.projects as
select
    id, user_id, course_id, title, description, project_type, components, performance_metrics, nft_token_id, nft_metadata,
    is_public, is_featured, view_count, like_count, created_at, updated_at
from projects;

create view engineering_forge.achievements as
select id, user_id, achievement_type, title, description, icon_url, nft_token_id, earned_at, metadata
from user_achievements;

create view engineering_forge.achievement_definitions as
select
    id, title, description, achievement_type, criteria, icon_url, achievement_xp(p_xp_reward => xp_reward, p_rarity => rarity) as xp_reward,
    is_active, created_at, updated_at
from achievements;

-- A token is kept as its hash: whoever reads the table cannot be somebody else.
create view engineering_forge.user_sessions as
select
    id, user_id, encode(token_hash, 'hex') as session_token, ip_address, user_agent, expires_at, created_at, last_accessed_at
from auth_sessions;

-- Address and browser stand apart, once per visit, and are forgotten.
create view engineering_forge.analytics_events as
select e.id, e.user_id, e.event_type, e.event_data, e.session_id, c.ip_address, c.user_agent, e.created_at
from analytics_events as e
left join analytics_contexts as c on c.session_id = e.session_id;
