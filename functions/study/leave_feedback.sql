-- leave_feedback: what the caller says of an asset of theirs, or of one interaction: a rating, a comment, a report.
--
-- A second rating of the same thing replaces the first. An interaction is named by its id; with its moment
-- (record_interaction returns both) only its own month is looked into.
--
-- called by  learners
-- requires   require_user, claim_idempotency_key, store_reply
-- errors     PA401, PA403 from require_user · PA404 no such asset or interaction of the caller's · PA409 key used for
--            another request · PA422 no such type, a rating not 1 to 5 or missing, a comment missing or too long
create or replace function leave_feedback(
    p_feedback_type text,
    p_asset_id uuid default null,
    p_interaction_id uuid default null,
    p_interaction_created_at timestamptz default null,
    p_rating integer default null,
    p_comment text default null,
    p_metadata jsonb default '{}',
    p_idempotency_key text default null
)
returns uuid
language plpgsql
volatile
security definer -- writes user_feedback, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := require_user(p_role => 'student');
    v_reply jsonb;
    v_interaction interactions;
    v_asset_id uuid := p_asset_id;
    v_feedback_id uuid;
begin
    if
        (p_feedback_type in ('rating', 'comment', 'report')) is not true
        or (case p_feedback_type when 'rating' then p_rating is not null else p_comment is not null end) is not true
        or (p_rating between 1 and 5) is false
        or (p_comment ~ '[^[:space:]]' and length(p_comment) <= 5000) is false
        or (jsonb_typeof(p_metadata) = 'object' and octet_length(p_metadata::text) <= 16384) is false
    then
        raise exception 'this is no feedback'
            using errcode = 'PA422',
                detail = format(
                    'feedback_type = %s, rating = %s, comment of %s characters, metadata is %s',
                    coalesce(left(p_feedback_type, 60), 'null'), coalesce(p_rating::text, 'null'),
                    coalesce(length(p_comment)::text, 'no'), coalesce(jsonb_typeof(p_metadata), 'null')
                ),
                hint = 'A rating has 1 to 5 stars; a comment or report says something, in up to 5000 characters.';
    end if;

    v_reply := claim_idempotency_key(
        p_actor => v_user_id::text,
        p_procedure => 'leave_feedback',
        p_key => p_idempotency_key,
        p_request => jsonb_build_object(
            'feedback_type', p_feedback_type, 'asset_id', p_asset_id, 'interaction_id', p_interaction_id,
            'rating', p_rating, 'comment', p_comment, 'metadata', p_metadata
        )
    );

    if v_reply is not null then
        return (v_reply #>> '{}')::uuid;
    end if;

    if p_interaction_id is not null then
        -- Two statements, so that with a moment one month is looked into and without it all.
        if p_interaction_created_at is not null then
            select i.* into v_interaction from interactions as i
            where i.id = p_interaction_id and i.created_at = p_interaction_created_at and i.user_id = v_user_id;
        else
            select i.* into v_interaction from interactions as i
            where i.id = p_interaction_id and i.user_id = v_user_id
            limit 1;
        end if;

        v_asset_id := coalesce(p_asset_id, v_interaction.generated_asset_id);
    end if;

    if
        num_nonnulls(p_asset_id, p_interaction_id) = 0
        or (p_interaction_id is not null and v_interaction.id is null)
        or (v_interaction.id is not null and v_asset_id is distinct from v_interaction.generated_asset_id)
        or (
            v_asset_id is not null and not exists (
                select
                from generated_assets as a
                inner join study_materials as m on m.id = a.study_material_id
                where a.id = v_asset_id and m.user_id = v_user_id and m.deleted_at is null
            )
        )
    then
        raise exception 'there is nothing of yours to speak of'
            using errcode = 'PA404',
                detail = format(
                    'asset_id = %s, interaction_id = %s', coalesce(p_asset_id::text, 'none'),
                    coalesce(p_interaction_id::text, 'none')
                ),
                hint = 'Name an asset of a material of yours, or an interaction of yours, or an interaction and its asset.';
    end if;

    insert into user_feedback as f (
        user_id, generated_asset_id, interaction_id, interaction_created_at, feedback_type, rating, comment, metadata
    )
    values (
        v_user_id, v_asset_id, v_interaction.id, v_interaction.created_at, p_feedback_type, p_rating, p_comment,
        coalesce(p_metadata, '{}')
    )
    on conflict (user_id, generated_asset_id, interaction_id) where feedback_type = 'rating' do update
    set rating = excluded.rating, comment = excluded.comment, metadata = excluded.metadata, status = 'active'
    returning f.id into v_feedback_id;

    perform store_reply(
        p_actor => v_user_id::text, p_procedure => 'leave_feedback', p_key => p_idempotency_key,
        p_reply => to_jsonb(v_feedback_id)
    );

    return v_feedback_id;
end;
$$;

comment on function leave_feedback is 'Rates, comments or reports an asset or interaction of the caller''s; returns the feedback.';
revoke all on function leave_feedback from public;
grant execute on function leave_feedback to pgacademy_student;
