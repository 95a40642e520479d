-- v_course_catalog: what can be learned here: published courses with their numbers, teacher and prerequisites.
--
-- A page is `order by published_at desc, course_id desc limit n`, the next one adds
-- `where (published_at, course_id) < (last row)`: it walks courses_published_at_idx and touches that page's rows only. The
-- prerequisites are looked up for the rows returned. A prerequisite that is not visible to the reader is named by its id.
--
-- lesson_count is exact: the lessons that completing the course means, kept by trigger on lessons.
create or replace view v_course_catalog with (security_invoker = true) as
select
    c.id as course_id,
    c.slug,
    c.title,
    c.description,
    c.category,
    c.discipline,
    c.track,
    c.difficulty,
    c.estimated_minutes,
    c.learning_objectives,
    c.content_structure,
    c.thumbnail_url,
    c.is_featured,
    c.published_at,
    c.max_enrollments,
    c.completion_xp,
    c.coin_reward,
    c.version,
    c.metadata,
    c.created_at,
    c.updated_at,
    c.instructor_id,
    coalesce(i.full_name, i.username) as instructor_name,
    s.lesson_count,
    s.enrollment_count,
    s.completion_count,
    s.average_rating,
    s.rating_count,
    (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'course_id', p.prerequisite_course_id, 'slug', pc.slug, 'title', pc.title, 'is_required', p.is_required
                )
                order by p.is_required desc, pc.title, p.prerequisite_course_id
            ),
            '[]'
        )
        from course_prerequisites as p
        left join courses as pc on pc.id = p.prerequisite_course_id
        where p.course_id = c.id
    ) as prerequisites
from courses as c
inner join course_stats as s on s.course_id = c.id
left join public_profiles as i on i.user_id = c.instructor_id
where c.is_published and c.is_active and c.deleted_at is null;

comment on view v_course_catalog is 'Published courses with numbers, teacher and prerequisites.';
revoke all on v_course_catalog from public;
grant select on v_course_catalog to pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin;
