-- check_catalog_values: what people get wrong about a course or a lesson, in words they can use.
--
-- The tables' own constraints refuse the same; this says it before, with what to do. Null is not looked at. Rarer
-- mistakes are left to the constraints, whose names say what is wrong. p_of is the word for what has these values.
--
-- called by  create_course, update_course, add_lesson, update_lesson (granted to nobody)
-- errors     PA422 title, slug, track, difficulty or type
create or replace function check_catalog_values(
    p_of text,
    p_title text default null,
    p_slug text default null,
    p_track text default null,
    p_difficulty text default null,
    p_lesson_type text default null
)
returns void
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_field text;
    v_value text;
    v_hint text;
begin
    select r.field, r.value, r.hint
    into v_field, v_value, v_hint
    from (
        values
        ('title', p_title, p_title ~ '[^[:space:]]' and length(p_title) <= 500, 'Give it 1 to 500 characters.'),
        (
            'slug', p_slug, p_slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(p_slug) <= 500,
            'Use a-z and 0-9 with single hyphens between them, or leave it out: the title makes one.'
        ),
        ('track', p_track, p_track in ('explorer', 'developer'), 'Pass explorer or developer.'),
        (
            'difficulty', p_difficulty, p_difficulty in ('beginner', 'intermediate', 'advanced'),
            'Pass beginner, intermediate or advanced.'
        ),
        (
            'lesson_type', p_lesson_type,
            p_lesson_type in ('theory', 'interactive', 'project', 'video', 'text', 'quiz', 'assignment'),
            'Pass theory, interactive, project, video, text, quiz or assignment.'
        )
    ) as r (field, value, is_right, hint)
    where not r.is_right
    limit 1;

    if found then
        raise exception 'a % cannot have this %', p_of, v_field
            using errcode = 'PA422', detail = format('%s = %s', v_field, quote_literal(left(v_value, 100))), hint = v_hint;
    end if;
end;
$$;

comment on function check_catalog_values is 'Internal: refuses what courses and lessons cannot be called or be.';
revoke all on function check_catalog_values from public;
