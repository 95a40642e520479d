-- search_courses: published courses by words (typing mistakes allowed) and filters, page by page.
--
-- With a query the best match comes first, without one the newest. For the next page, p_after is the course_id of the last
-- row seen: the page goes on where that course stands now, and no page costs more than the first; if it has been
-- withdrawn in between, begin again. Titles match by similarity (pg_trgm) or when they hold the query as written,
-- descriptions when they hold it.
--
-- called by  anyone
-- requires   require_limit
-- errors     PA404 no published course in p_after · PA422 p_limit not 1 to 100, a query over 200 characters, unknown track or
--            difficulty
create or replace function search_courses(
    p_query text default null,
    p_category text default null,
    p_discipline text default null,
    p_track text default null,
    p_difficulty text default null,
    p_instructor_id uuid default null,
    p_is_featured boolean default null,
    p_limit integer default 20,
    p_after uuid default null
)
returns table (
    course_id uuid,
    slug text,
    title text,
    description text,
    category text,
    discipline text,
    track text,
    difficulty text,
    estimated_minutes integer,
    thumbnail_url text,
    is_featured boolean,
    instructor_id uuid,
    instructor_name text,
    lesson_count integer,
    enrollment_count integer,
    average_rating numeric,
    published_at timestamptz,
    relevance real
)
language plpgsql
stable
security definer -- ILIKE and similarity are not leakproof: under row-level security no index would serve them
set search_path from current
set plan_cache_mode = force_custom_plan -- a filter that is not given must not be planned as if it were
as $$
#variable_conflict use_column
declare
    v_query text := nullif(btrim(p_query), '');
    v_pattern text := '%' || replace(replace(replace(v_query, E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_') || '%';
    v_after_relevance real;
    v_after_published_at timestamptz;
begin
    perform require_limit(p_limit => p_limit, p_max => 100);
    if length(v_query) > 200 then
        raise exception 'the query is too long'
            using errcode = 'PA422', detail = format('%s characters', length(v_query)), hint = 'Use 200 characters at most.';
    end if;
    if p_track not in ('explorer', 'developer') or p_difficulty not in ('beginner', 'intermediate', 'advanced') then
        raise exception 'there is no such track or difficulty'
            using errcode = 'PA422', detail = format('track = %s, difficulty = %s', left(p_track, 100), left(p_difficulty, 100)),
                hint = 'Tracks are explorer and developer; difficulties beginner, intermediate and advanced.';
    end if;

    if p_after is not null then
        select word_similarity(v_query, c.title), c.published_at
        into v_after_relevance, v_after_published_at
        from courses as c
        where c.id = p_after and c.is_published and c.is_active and c.deleted_at is null;

        if not found then
            raise exception 'there is no such course to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the course_id of the last row of the page before; begin again if it was withdrawn.';
        end if;
    end if;

    if v_query is null then
        return query
        select
            c.id, c.slug, c.title, c.description, c.category, c.discipline, c.track, c.difficulty,
            c.estimated_minutes, c.thumbnail_url, c.is_featured, c.instructor_id,
            coalesce(i.full_name, i.username), s.lesson_count, s.enrollment_count, s.average_rating,
            c.published_at, null::real
        from courses as c
        inner join course_stats as s on s.course_id = c.id
        left join public_profiles as i on i.user_id = c.instructor_id
        where
            c.is_published and c.is_active and c.deleted_at is null
            and (p_category is null or c.category = p_category)
            and (p_discipline is null or c.discipline = p_discipline)
            and (p_track is null or c.track = p_track)
            and (p_difficulty is null or c.difficulty = p_difficulty)
            and (p_instructor_id is null or c.instructor_id = p_instructor_id)
            and (p_is_featured is null or c.is_featured = p_is_featured)
            and (p_after is null or (c.published_at, c.id) < (v_after_published_at, p_after))
        order by c.published_at desc, c.id desc
        limit p_limit;
        return;
    end if;

    return query
    select
        c.id, c.slug, c.title, c.description, c.category, c.discipline, c.track, c.difficulty,
        c.estimated_minutes, c.thumbnail_url, c.is_featured, c.instructor_id,
        coalesce(i.full_name, i.username), s.lesson_count, s.enrollment_count, s.average_rating,
        c.published_at, c.relevance
    from (
        select c.*, word_similarity(v_query, c.title) as relevance
        from courses as c
        where
            c.is_published and c.is_active and c.deleted_at is null
            and (
                -- The operator finds by index, but its threshold is a setting that any caller can lower. This is ours.
                (v_query <% c.title and word_similarity(v_query, c.title) >= 0.6)
                or c.title ilike v_pattern
                or c.description ilike v_pattern
            )
            and (p_category is null or c.category = p_category)
            and (p_discipline is null or c.discipline = p_discipline)
            and (p_track is null or c.track = p_track)
            and (p_difficulty is null or c.difficulty = p_difficulty)
            and (p_instructor_id is null or c.instructor_id = p_instructor_id)
            and (p_is_featured is null or c.is_featured = p_is_featured)
    ) as c
    inner join course_stats as s on s.course_id = c.id
    left join public_profiles as i on i.user_id = c.instructor_id
    where p_after is null or (c.relevance, c.published_at, c.id) < (v_after_relevance, v_after_published_at, p_after)
    order by c.relevance desc, c.published_at desc, c.id desc
    limit p_limit;
end;
$$;

comment on function search_courses is 'Published courses by words and filters, a page at a time.';
revoke all on function search_courses from public;
grant execute on function search_courses to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
