-- erased_asset_content: what is left of a generated asset whose person was erased: the shape of its type.
--
-- called by  erase_rows, as column_catalogue() says
-- errors     none
create or replace function erased_asset_content(
    p_asset_type text
)
returns jsonb
language sql
immutable
security invoker
begin atomic
    select case p_asset_type
        when 'flashcard' then '{"front": "[erased]", "back": "[erased]"}'::jsonb
        when 'quiz' then
            '{"questions": [{
                "question": "[erased]",
                "options": [{"text": "[erased]", "is_correct": true}, {"text": "[erased]", "is_correct": false}]
            }]}'::jsonb
        else '{"text": "[erased]"}'::jsonb
    end;
end;

comment on function erased_asset_content is 'Internal: the content of an asset whose person was erased.';
-- Granted to nobody: part of procedures.
revoke all on function erased_asset_content from public;
