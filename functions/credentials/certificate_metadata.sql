-- certificate_metadata: what the token of a certificate says, in the form of the marketplaces (name, description, image,
-- attributes, properties).
--
-- Not who holds it: a chain forgets nothing, and a name on it could never be erased or corrected. Nor its code: who has
-- that reads the name.
--
-- called by  mint_certificate
-- errors     none
create or replace function certificate_metadata(
    p_certificate certificates,
    p_image_uri text
)
returns jsonb
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return jsonb_build_object(
        'name', left('Certificate: ' || p_certificate.course_title, 255),
        'description', format('Completion of the course "%s".', p_certificate.course_title),
        'image', p_image_uri,
        'attributes', jsonb_build_array(
            jsonb_build_object('trait_type', 'Course', 'value', p_certificate.course_title),
            jsonb_build_object('trait_type', 'Certificate number', 'value', p_certificate.certificate_number),
            jsonb_build_object(
                'trait_type', 'Completed', 'value', floor(extract(epoch from p_certificate.completed_at)),
                'display_type', 'date'
            )
        ),
        'properties', jsonb_build_object(
            'files', jsonb_build_array(jsonb_build_object('uri', p_image_uri, 'type', 'image')),
            'category', 'certificate'
        )
    );
end;
$$;

comment on function certificate_metadata is 'Internal: what the token of a certificate says.';
-- Granted to nobody: part of mint_certificate.
revoke all on function certificate_metadata from public;
