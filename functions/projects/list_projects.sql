-- list_projects: the projects that others see, a page at a time: newest, most_viewed or most_liked first.
--
-- For the next page, p_after is the project_id of the last row seen: the page goes on where that project stands now, and no
-- page costs more than the first; if it has been withdrawn in between, begin again. All filters can be combined. Names are
-- those people show; a course that is hidden or deleted has no title here, and of its projects only minted ones are listed.
-- The documents of a project are in its row of projects. is_liked is the caller's own like, false for nobody.
--
-- called by  anyone
-- requires   current_user_id, require_limit
-- errors     28000 from verified_identity · PA404 no listed project in p_after · PA422 p_limit not 1 to 100, unknown order
create or replace function list_projects(
    p_order text default 'newest',
    p_project_type text default null,
    p_is_featured boolean default null,
    p_user_id uuid default null,
    p_course_id uuid default null,
    p_limit integer default 20,
    p_after uuid default null
)
returns table (
    project_id uuid,
    title text,
    description text,
    project_type text,
    user_id uuid,
    username text,
    full_name text,
    avatar_url text,
    avatar_emoji text,
    course_id uuid,
    course_title text,
    nft_token_id text,
    is_featured boolean,
    view_count bigint,
    like_count integer,
    is_liked boolean,
    created_at timestamptz
)
language plpgsql
stable
security definer -- courses of every kind decide what is listed; the policies of the reader would hide some and cost the index
set search_path from current
set plan_cache_mode = force_custom_plan -- a filter that is not given must not be planned as if it were
as $$
#variable_conflict use_column
declare
    v_reader_id uuid := current_user_id();
    v_created_at timestamptz;
    v_view_count bigint;
    v_like_count integer;
    v_page uuid[];
begin
    perform require_limit(p_limit => p_limit, p_max => 100);

    if p_order is null or p_order not in ('newest', 'most_viewed', 'most_liked') then
        raise exception 'there is no such order'
            using errcode = 'PA422', detail = format('order = %s', coalesce(quote_literal(left(p_order, 100)), 'null')),
                hint = 'Pass newest, most_viewed or most_liked.';
    end if;

    if p_after is not null then
        select p.created_at, p.view_count, p.like_count
        into v_created_at, v_view_count, v_like_count
        from projects as p
        where p.id = p_after and p.is_listed;

        if not found then
            raise exception 'there is no such project to go on after'
                using errcode = 'PA404', detail = format('after = %s', p_after),
                    hint = 'Give the project_id of the last row of the page before; begin again if it was withdrawn.';
        end if;
    end if;

    -- Which projects, by the index of the order; what is told about them is the same for all three.
    if p_order = 'newest' then
        v_page := array(
            select p.id
            from projects as p
            where
                p.is_listed
                and (p_project_type is null or p.project_type = p_project_type)
                and (p_is_featured is null or p.is_featured = p_is_featured)
                and (p_user_id is null or p.user_id = p_user_id)
                and (p_course_id is null or p.course_id = p_course_id)
                and (p_after is null or (p.created_at, p.id) < (v_created_at, p_after))
            order by p.created_at desc, p.id desc
            limit p_limit
        );
    elsif p_order = 'most_viewed' then
        v_page := array(
            select p.id
            from projects as p
            where
                p.is_listed
                and (p_project_type is null or p.project_type = p_project_type)
                and (p_is_featured is null or p.is_featured = p_is_featured)
                and (p_user_id is null or p.user_id = p_user_id)
                and (p_course_id is null or p.course_id = p_course_id)
                and (p_after is null or (p.view_count, p.id) < (v_view_count, p_after))
            order by p.view_count desc, p.id desc
            limit p_limit
        );
    else
        v_page := array(
            select p.id
            from projects as p
            where
                p.is_listed
                and (p_project_type is null or p.project_type = p_project_type)
                and (p_is_featured is null or p.is_featured = p_is_featured)
                and (p_user_id is null or p.user_id = p_user_id)
                and (p_course_id is null or p.course_id = p_course_id)
                and (p_after is null or (p.like_count, p.id) < (v_like_count, p_after))
            order by p.like_count desc, p.id desc
            limit p_limit
        );
    end if;

    return query
    select
        p.id, p.title, p.description, p.project_type, p.user_id, a.username, a.full_name, a.avatar_url, a.avatar_emoji,
        p.course_id, c.title, p.nft_token_id, p.is_featured, p.view_count, p.like_count,
        exists (select from project_likes as l where l.project_id = p.id and l.user_id = v_reader_id),
        p.created_at
    from unnest(v_page) with ordinality as n (id, nth)
    inner join projects as p on p.id = n.id
    left join public_profiles as a on a.user_id = p.user_id
    left join courses as c on c.id = p.course_id and c.is_active and c.deleted_at is null
    order by n.nth;
end;
$$;

comment on function list_projects is 'Public projects in one of three orders, a page at a time.';
revoke all on function list_projects from public;
grant execute on function list_projects to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
