-- erased_nft_metadata: what is left of the metadata of a token whose author was erased: the shape, and what it refers to.
--
-- called by  erase_rows, as column_catalogue() says
-- errors     none
create or replace function erased_nft_metadata(
    p_project_id uuid,
    p_user_id uuid
)
returns jsonb
language sql
immutable
security invoker
begin atomic
    select jsonb_build_object(
        'name', '[erased]',
        'description', '',
        'image', 'https://erased.invalid/',
        'attributes', '[]'::jsonb,
        'properties', jsonb_build_object(
            'files', '[]'::jsonb, 'category', '[erased]', 'project_id', p_project_id, 'user_id', p_user_id
        )
    );
end;

comment on function erased_nft_metadata is 'Internal: the metadata of a token whose author was erased.';
-- Granted to nobody: part of procedures.
revoke all on function erased_nft_metadata from public;
