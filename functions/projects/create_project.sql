-- create_project: a new project of the caller, a draft that nobody else sees until publish_project().
--
-- The shapes of the documents: project_components_shape(), performance_metrics_shape(), as JSON Schema among the files of
-- the library. A project made in a course needs its maker on that course. A person holds a limited number of projects
-- (setting projects.max_per_person) and makes a limited number in 24 hours, deleted ones included
-- (projects.daily_max). Counts as a project created; returns the achievements that it reached.
--
-- called by  learners
-- requires   require_user, require_unerased, claim_idempotency_key, store_reply, check_project_values, lock_course, setting,
--            count_deed
-- errors     PA401, PA403 from require_user · PA404 not on this course, or its time is over · PA409 as many as one
--            may hold, key used for another request · PA422 title, type, size or shape, with the path in the detail · PA429 too
--            many in a day
create or replace function create_project(
    p_title text,
    p_project_type text,
    p_components jsonb,
    p_course_id uuid default null,
    p_description text default null,
    p_performance_metrics jsonb default null,
    p_idempotency_key text default null
)
returns table (project_id uuid, achievements jsonb, xp_awarded integer)
language plpgsql
volatile
security definer -- inserts into projects, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_now timestamptz := now();
    v_max integer := coalesce((setting(p_key => 'projects.max_per_person') #>> '{}')::integer, 100);
    v_daily_max integer := coalesce((setting(p_key => 'projects.daily_max') #>> '{}')::integer, 20);
    v_reply jsonb;
begin
    if p_title is null or p_project_type is null or p_components is null then
        raise exception 'a project has a title, a type and components'
            using errcode = 'PA422',
                detail = format(
                    'null: %s',
                    concat_ws(
                        ', ', case when p_title is null then 'title' end,
                        case when p_project_type is null then 'project_type' end,
                        case when p_components is null then 'components' end
                    )
                ),
                hint = 'Give all three; components may be empty.';
    end if;

    perform check_project_values(
        p_title => p_title, p_description => p_description, p_project_type => p_project_type,
        p_components => p_components, p_performance_metrics => p_performance_metrics, p_nft_metadata => null
    );

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'create_project',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'title', p_title, 'project_type', p_project_type, 'components', p_components, 'course_id', p_course_id,
            'description', p_description, 'performance_metrics', p_performance_metrics
        )
    );

    if v_reply is not null then
        return query
        select r.project_id, r.achievements, r.xp_awarded
        from jsonb_to_record(v_reply) as r (project_id uuid, achievements jsonb, xp_awarded integer);
        return;
    end if;

    if p_course_id is not null then
        -- Of this and the deletion of the course, one waits for the other.
        perform lock_course(p_course_id => p_course_id);

        if not exists (
            select
            from enrollments as e
            inner join courses as c on c.id = e.course_id and c.is_active and c.deleted_at is null
            where
                e.user_id = v_user_id
                and e.course_id = p_course_id
                and (
                    e.status = 'completed'
                    or (e.status = 'active' and (e.expires_at is null or e.expires_at > v_now))
                )
        ) then
            raise exception 'not on this course'
                using errcode = 'PA404', detail = format('course_id = %s', p_course_id),
                    hint = 'Enrol first, or make the project without a course.';
        end if;
    end if;

    -- The trigger of projects asks as well, but after project_authors, which deactivate_user takes after the person.
    perform require_unerased(p_user_id => v_user_id);

    -- One after the other, so that the limits hold; counted in new statements.
    insert into project_authors as a (user_id, last_created_at)
    values (v_user_id, v_now)
    on conflict (user_id) do update
    set last_created_at = excluded.last_created_at;

    if (select count(*) from projects as p where p.user_id = v_user_id) >= v_max then
        raise exception 'these are as many projects as one person may hold'
            using errcode = 'PA409', detail = format('limit = %s', v_max), hint = 'Delete one first.';
    end if;

    if (
        select count(*)
        from (
            select from projects as p where p.user_id = v_user_id and p.created_at > v_now - interval '24 hours'
            union all
            select from deleted_projects as d where d.user_id = v_user_id and d.created_at > v_now - interval '24 hours'
        ) as made
    ) >= v_daily_max then
        raise exception 'too many projects in a day'
            using errcode = 'PA429', detail = format('limit = %s in 24 hours', v_daily_max), hint = 'Go on tomorrow.';
    end if;

    insert into projects (
        user_id, course_id, title, description, project_type, components, performance_metrics, created_at
    )
    values (
        v_user_id, p_course_id, p_title, p_description, p_project_type, p_components, p_performance_metrics, v_now
    )
    returning id into project_id;

    select d.achievements, d.xp_awarded
    into achievements, xp_awarded
    from count_deed(p_user_id => v_user_id, p_metric => 'projects_created', p_occurred_at => v_now) as d;

    perform store_reply(
        p_actor => v_user_id::text,
        p_procedure => 'create_project',
        p_key => p_idempotency_key,
        p_reply => jsonb_build_object(
            'project_id', project_id, 'achievements', achievements, 'xp_awarded', xp_awarded
        )
    );

    return next;
end;
$$;

comment on function create_project is 'Makes a project of the caller, a draft; returns its id and the achievements it reached.';
revoke all on function create_project from public;
grant execute on function create_project to pgacademy_student;
