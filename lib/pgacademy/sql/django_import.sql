-- What the import of a Django development database asks of a school. Every fact goes in through a stored procedure; what
-- is there already is asked first, so that a second run adds nothing.

-- name: people
select u.id from users as u where u.id = any(%(ids)s::uuid[]);

-- name: courses
select c.metadata ->> 'imported_from' as key, c.id
from courses as c
where c.metadata ->> 'imported_from' = any(%(keys)s::text[]);

-- name: lessons
select l.metadata ->> 'imported_from' as key, l.id
from lessons as l
where l.metadata ->> 'imported_from' = any(%(keys)s::text[]);

-- name: exercises
select x.metadata ->> 'imported_from' as key, x.id
from exercises as x
where x.metadata ->> 'imported_from' = any(%(keys)s::text[]);

-- name: enrollments
select e.user_id, e.course_id, e.status = 'completed' as is_completed
from enrollments as e
where e.user_id = any(%(users)s::uuid[]) and e.course_id = any(%(courses)s::uuid[]);

-- name: completions
select p.user_id, p.lesson_id
from lesson_progress as p
where p.user_id = any(%(users)s::uuid[]) and p.lesson_id = any(%(lessons)s::uuid[]) and p.status = 'completed';

-- name: register
select register_user(
    p_user_id => %(id)s::uuid,
    p_email => %(email)s::text,
    p_username => %(username)s::text,
    p_first_name => nullif(%(first_name)s::text, ''),
    p_last_name => nullif(%(last_name)s::text, ''),
    p_role => %(role)s::text,
    p_password_hash => %(password_hash)s::text,
    p_metadata => jsonb_build_object('imported_from', %(key)s::text),
    p_occurred_at => %(at)s::timestamptz
);

-- name: approve
select approve_instructor(p_user_id => %(id)s::uuid);

-- name: deactivate
select deactivate_user(p_user_id => %(id)s::uuid);

-- name: profile
select update_profile(
    p_bio => nullif(%(bio)s::text, ''),
    p_avatar_url => nullif(%(avatar_url)s::text, ''),
    p_preferences => %(preferences)s::jsonb
);

-- name: settings
select update_settings(
    p_timezone => nullif(%(timezone)s::text, ''),
    p_language => nullif(%(language)s::text, ''),
    p_theme => nullif(%(theme)s::text, ''),
    p_email_notifications => %(email_notifications)s::boolean,
    p_push_notifications => %(push_notifications)s::boolean
);

-- name: create_course
select r.course_id
from create_course(
    p_title => %(title)s::text,
    p_description => nullif(%(description)s::text, ''),
    p_category => nullif(%(category)s::text, ''),
    p_difficulty => coalesce(nullif(%(level)s::text, ''), 'beginner'),
    p_estimated_minutes => nullif(%(duration_hours)s::integer, 0) * 60,
    p_thumbnail_url => nullif(%(thumbnail)s::text, ''),
    p_max_enrollments => %(max_enrollments)s::integer,
    p_metadata => jsonb_build_object('imported_from', %(key)s::text)
) as r;

-- name: publish_course
select publish_course(p_course_id => %(id)s::uuid);

-- name: unpublish_course
select unpublish_course(p_course_id => %(id)s::uuid);

-- name: add_prerequisite
select add_prerequisite(p_course_id => %(id)s::uuid, p_prerequisite_course_id => %(before)s::uuid);

-- name: reward_course
select update_course(p_course_id => %(id)s::uuid, p_coin_reward => %(coins)s::integer);

-- name: add_lesson
select r.lesson_id
from add_lesson(
    p_course_id => %(course_id)s::uuid,
    p_title => %(title)s::text,
    p_lesson_type => %(lesson_type)s::text,
    p_body => nullif(%(content)s::text, ''),
    p_duration_minutes => nullif(%(duration_minutes)s::integer, 0),
    p_video_url => nullif(%(video_url)s::text, ''),
    p_materials => coalesce(%(materials)s::jsonb, '[]'),
    p_is_mandatory => coalesce(%(is_mandatory)s::boolean, true),
    p_metadata => jsonb_build_object('imported_from', %(key)s::text)
) as r;

-- name: reward_lesson
select update_lesson(p_lesson_id => %(id)s::uuid, p_coin_reward => %(coins)s::integer);

-- name: create_exercise
select create_exercise(
    p_lesson_id => %(lesson_id)s::uuid,
    p_title => %(title)s::text,
    p_description => nullif(%(description)s::text, ''),
    p_exercise_type => %(exercise_type)s::text,
    p_content => %(content)s::jsonb,
    p_max_score => %(max_score)s::numeric,
    p_time_limit_minutes => %(time_limit_minutes)s::integer,
    p_attempts_allowed => %(attempts_allowed)s::integer,
    p_is_mandatory => false,
    p_metadata => jsonb_build_object('imported_from', %(key)s::text)
);

-- name: publish_exercise
select update_exercise(p_exercise_id => %(id)s::uuid, p_coin_reward => %(coins)s::integer, p_is_published => true);

-- name: enroll
select r.*
from record_enrollment(
    p_user_id => %(user_id)s::uuid, p_course_id => %(course_id)s::uuid, p_occurred_at => %(at)s::timestamptz
) as r;

-- name: complete
select r.*
from record_completion(
    p_user_id => %(user_id)s::uuid,
    p_lesson_id => %(lesson_id)s::uuid,
    p_score => %(score)s::numeric,
    p_seconds => %(minutes)s::integer * 60,
    p_occurred_at => %(at)s::timestamptz
) as r;

-- name: note
update lesson_progress as p
set notes = %(notes)s::text
where p.user_id = %(user_id)s::uuid and p.lesson_id = %(lesson_id)s::uuid;

-- name: award_coins
select r.awarded
from award_coins(
    p_user_id => %(id)s::uuid,
    p_amount => %(coins)s::bigint,
    p_source_type => 'import',
    p_source_id => %(id)s::uuid,
    p_description => 'The balance of before',
    p_occurrence => %(source)s::text
) as r;
