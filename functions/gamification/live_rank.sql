-- live_rank: a person's rank by total XP at this very moment.
--
-- Ties share a rank. Null for people who are not ranked (opted out, inactive, deleted) or not there, so that it tells
-- nobody which of these; asking about someone else is fine, for the board of ranked people is public.
--
-- called by  v_user_dashboard; anyone signed in
-- requires   current_user_id, rank_at
-- errors     PA401 nobody is signed in and nobody is named
create or replace function live_rank(
    p_user_id uuid default null
)
returns bigint
language plpgsql
stable
security definer -- counts people whose rows the caller may not see
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := coalesce(p_user_id, current_user_id());
begin
    if v_user_id is null then
        raise exception 'nobody is signed in'
            using errcode = 'PA401', detail = 'user = null', hint = 'Sign in, or name a person.';
    end if;

    return (
        select rank_at(p_total_xp => s.total_xp)
        from user_stats as s
        where s.user_id = v_user_id and s.is_ranked
    );
end;
$$;

comment on function live_rank is 'A person''s exact rank by XP now; null for the unranked.';
revoke all on function live_rank from public;
grant execute on function live_rank to pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service;
