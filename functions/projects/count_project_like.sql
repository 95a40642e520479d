-- count_project_like: like_count moves with the rows it counts, however they come and go.
--
-- called by  after-insert and after-delete row triggers of project_likes
-- errors     none
create or replace function count_project_like()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if tg_op = 'INSERT' then
        update projects as p set like_count = p.like_count + 1 where p.id = new.project_id;
    else
        update projects as p set like_count = p.like_count - 1 where p.id = old.project_id;
    end if;

    return null;
end;
$$;

comment on function count_project_like is 'Trigger: keeps projects.like_count.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function count_project_like from public;
