-- v_my_projects: the caller's own projects, public or not. Order it by created_at desc.
--
-- is_listed says whether others see it now; course_title is null once the course is out of the caller's sight.
create or replace view v_my_projects
with (security_invoker)
as
select
    p.id as project_id,
    p.user_id,
    p.title,
    p.description,
    p.project_type,
    p.course_id,
    c.title as course_title,
    p.performance_metrics -> 'overall' as overall,
    p.is_public,
    p.is_listed,
    p.is_featured,
    p.nft_token_id,
    p.minted_at,
    p.view_count,
    p.like_count,
    p.created_at,
    p.updated_at
from projects as p
left join courses as c on c.id = p.course_id
where p.user_id = (select current_user_id());

comment on view v_my_projects is 'The caller''s own projects, with what others make of them.';
revoke all on v_my_projects from public;
grant select on v_my_projects to pgacademy_student, pgacademy_instructor, pgacademy_admin;
