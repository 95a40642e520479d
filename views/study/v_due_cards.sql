-- v_due_cards: the caller's flashcards to review now. Order it by due_at.
--
-- A card goes with its material, and while its flashcard is no longer ready.
create or replace view v_due_cards
with (security_invoker)
as
select
    c.id as card_id,
    c.user_id,
    c.generated_asset_id,
    a.study_material_id,
    m.title as material_title,
    m.subject_area,
    a.content,
    c.state,
    c.stability,
    c.difficulty,
    c.due_at,
    c.last_review_at,
    c.review_count,
    c.lapse_count
from review_cards as c
inner join generated_assets as a on a.id = c.generated_asset_id
inner join study_materials as m on m.id = a.study_material_id
where
    c.user_id = (select current_user_id())
    and c.due_at <= now()
    and a.status = 'ready'
    and m.deleted_at is null;

comment on view v_due_cards is 'The caller''s flashcards to review now.';
revoke all on v_due_cards from public;
grant select on v_due_cards to pgacademy_student;
