-- triggers on review_cards.
create or replace trigger touch_updated_at
before update on review_cards
for each row execute function touch_updated_at();
