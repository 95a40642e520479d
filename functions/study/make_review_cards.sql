-- make_review_cards: the cards that ready flashcards lack: one of each for the owner of its material, due at once.
-- Of some assets, or with null of all.
--
-- called by  store_asset, set_asset_status, repair_study
-- errors     none
create or replace function make_review_cards(
    p_asset_ids uuid[] default null
)
returns integer
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_made integer;
begin
    insert into review_cards (user_id, generated_asset_id)
    select m.user_id, a.id
    from study_materials as m
    inner join generated_assets as a on a.study_material_id = m.id
    where
        (p_asset_ids is null or a.id = any(p_asset_ids))
        and a.asset_type = 'flashcard'
        and a.status = 'ready'
        and not exists (select from review_cards as c where c.generated_asset_id = a.id and c.user_id = m.user_id)
    order by a.id
    on conflict (generated_asset_id, user_id) do nothing;
    get diagnostics v_made = row_count;

    return v_made;
end;
$$;

comment on function make_review_cards is 'Internal: makes the cards that ready flashcards lack.';
-- Granted to nobody: part of procedures.
revoke all on function make_review_cards from public;
