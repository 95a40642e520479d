-- triggers on generated_assets: the content has the shape of its type.
create or replace trigger check_flashcard_shape
before insert or update of asset_type, content on generated_assets
for each row
when (new.asset_type = 'flashcard')
execute function check_row_shape('content', 'flashcard_content');

create or replace trigger check_quiz_shape
before insert or update of asset_type, content on generated_assets
for each row
when (new.asset_type = 'quiz')
execute function check_row_shape('content', 'quiz_content');

create or replace trigger check_summary_shape
before insert or update of asset_type, content on generated_assets
for each row
when (new.asset_type = 'summary')
execute function check_row_shape('content', 'summary_content');

create or replace trigger touch_updated_at
before update on generated_assets
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_owner
before insert or update of content, metadata, generation_params on generated_assets
for each row
when (new.content::text !~ '[[]erased[]]')
execute function refuse_erased_owner();
