-- due_cards: the caller's flashcards to review now, the longest waiting first, with how likely each is still remembered.
--
-- called by  learners
-- requires   require_user, v_due_cards, fsrs_scheduler, fsrs_retrievability, require_limit
-- errors     PA401, PA403 from require_user · PA422 p_limit not 1 to 500
create or replace function due_cards(
    p_limit integer default 20
)
returns table (
    card_id uuid,
    study_material_id uuid,
    material_title text,
    content jsonb,
    state text,
    due_at timestamptz,
    review_count integer,
    retrievability numeric
)
language plpgsql
volatile
security definer -- how the school schedules is in platform_settings, which learners may not read
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_now timestamptz := now();
    v_parameters double precision[] := (select f.parameters from fsrs_scheduler() as f);
begin
    perform require_limit(p_limit => p_limit, p_max => 500);

    return query
    select
        d.card_id, d.study_material_id, d.material_title, d.content, d.state, d.due_at, d.review_count,
        round(
            fsrs_retrievability(
                p_elapsed_days => floor(extract(epoch from v_now - d.last_review_at) / 86400)::double precision,
                p_stability => d.stability::double precision,
                p_parameters => v_parameters
            )::numeric, 4
        )
    from v_due_cards as d
    where d.user_id = v_user_id
    order by d.due_at, d.card_id
    limit p_limit;
end;
$$;

comment on function due_cards is 'The caller''s flashcards to review now, the longest waiting first.';
revoke all on function due_cards from public;
grant execute on function due_cards to pgacademy_student;
