-- list_discussions: the discussions of a course, or with null the general ones, page by page; pinned ones first.
--
-- p_sort is newest, votes (most votes up less down) or unanswered (newest without a reply). For the next page, p_after is
-- the discussion_id of the last row seen: the page goes on where that discussion stands now, and no page costs more than
-- the first, for each order is that of an index.
--
-- called by  people
-- requires   require_user, my_discussion_courses, discussion_cards, require_limit
-- errors     PA401, PA403 · PA404 no such course, or not for the caller; no such discussion in p_after · PA422 unknown
--            order, p_limit not 1 to 100
create or replace function list_discussions(
    p_course_id uuid default null,
    p_sort text default 'newest',
    p_category text default null,
    p_tag text default null,
    p_limit integer default 20,
    p_after uuid default null
)
returns table (
    discussion_id uuid,
    course_id uuid,
    title text,
    excerpt text,
    category text,
    tags text[],
    is_pinned boolean,
    is_solved boolean,
    is_closed boolean,
    view_count bigint,
    reply_count integer,
    upvote_count integer,
    downvote_count integer,
    author_id uuid,
    author_name text,
    my_vote text,
    created_at timestamptz,
    last_activity_at timestamptz
)
language plpgsql
stable
security definer -- under row-level security each row would be asked about; here the course is, once
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => null);
    v_after discussion_stats;
    v_key text;
    v_ids uuid[];
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    if (p_sort in ('newest', 'votes', 'unanswered')) is not true then
        raise exception 'there is no such order'
            using errcode = 'PA422', detail = format('sort = %s', coalesce(left(p_sort, 60), 'null')),
                hint = 'Sort by newest, votes or unanswered.';
    end if;

    if p_course_id is not null and (p_course_id = any(my_discussion_courses())) is not true then
        raise exception 'there is no such course'
            using errcode = 'PA404', detail = format('course_id = %s', p_course_id),
                hint = 'Discussions of a course are for those on it and its staff.';
    end if;

    if p_after is not null then
        -- One that was taken down since still marks a place.
        select s.*
        into v_after
        from discussion_stats as s
        where s.discussion_id = p_after and s.course_id is not distinct from p_course_id;

        if not found then
            raise exception 'there is no such discussion to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the discussion_id of the last row of the page before.';
        end if;
    end if;

    -- Put together from constants, so that what is not asked for costs nothing, and each order is planned as its index
    -- has it. course_id stands in the order too, although it is the same in every row: of `is null` the planner does not
    -- know that it leaves one value, and would sort.
    v_key := case p_sort when 'votes' then 'vote_score' else 'created_at' end;
    execute 'select array('
        || ' select s.discussion_id from discussion_stats as s'
        || ' inner join discussions as d on d.id = s.discussion_id'
        || ' where d.deleted_at is null'
        || case when p_course_id is null then ' and s.course_id is null' else ' and s.course_id = $1' end
        || case when p_sort = 'unanswered' then ' and s.reply_count = 0' else '' end
        || case when p_category is not null then ' and d.category = $2' else '' end
        || case when p_tag is not null then ' and d.tags @> array[lower($3)]' else '' end
        || case
            when p_after is null then ''
            else format(' and (s.is_pinned, s.%1$I, s.discussion_id) < (($4).is_pinned, ($4).%1$I, ($4).discussion_id)', v_key)
        end
        || format(' order by s.course_id desc, s.is_pinned desc, s.%I desc, s.discussion_id desc limit $5)', v_key)
    into v_ids
    using p_course_id, p_category, p_tag, v_after, p_limit;

    return query
    select
        c.discussion_id, c.course_id, c.title, c.excerpt, c.category, c.tags, c.is_pinned, c.is_solved, c.is_closed,
        c.view_count, c.reply_count, c.upvote_count, c.downvote_count, c.author_id, c.author_name, c.my_vote,
        c.created_at, c.last_activity_at
    from discussion_cards(p_user_id => v_user_id, p_discussion_ids => v_ids) as c
    order by c.place;
end;
$$;

comment on function list_discussions is 'The discussions of a course or the general ones, a page at a time; pinned ones first.';
revoke all on function list_discussions from public;
grant execute on function list_discussions to pgacademy_student, pgacademy_instructor, pgacademy_admin;
