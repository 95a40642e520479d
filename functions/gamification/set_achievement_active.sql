-- set_achievement_active: retire an achievement, or let it be earned again.
--
-- Who has earned it keeps it.
--
-- called by  administrators
-- requires   require_user
-- errors     PA401 PA403 not an administrator · PA404 no such achievement · PA422 neither true nor false
create or replace function set_achievement_active(
    p_slug text,
    p_is_active boolean
)
returns void
language plpgsql
volatile
security definer -- writes achievements, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_user(p_role => 'admin');

    if p_is_active is null then
        raise exception 'an achievement can be earned or not'
            using errcode = 'PA422', detail = 'is_active = null', hint = 'Pass true or false.';
    end if;

    update achievements as a set is_active = p_is_active where a.slug = p_slug;

    if not found then
        raise exception 'no such achievement'
            using errcode = 'PA404',
                detail = format('slug = %s', coalesce(left(p_slug, 120), 'null')),
                hint = 'Look the slug up in achievements.';
    end if;
end;
$$;

comment on function set_achievement_active is 'Retires an achievement or lets it be earned again.';
revoke all on function set_achievement_active from public;
grant execute on function set_achievement_active to pgacademy_admin;
