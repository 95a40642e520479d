-- policies on review_cards: learners see their own, administrators all.
drop policy if exists select_own on review_cards;
create policy select_own on review_cards
for select to pgacademy_student
using (user_id = (select current_user_id()));

drop policy if exists select_all on review_cards;
create policy select_all on review_cards
for select to pgacademy_admin
using ((select acts_as('admin')));

-- No insert, update or delete: store_asset() and review_card() are the only way in.
