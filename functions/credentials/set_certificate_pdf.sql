-- set_certificate_pdf: the back end has made a PDF of a certificate and says where it keeps it.
--
-- called by  back-end jobs
-- requires   require_service
-- errors     PA403 not the service · PA404 no such certificate · PA422 no path, an absolute one, one that climbs
create or replace function set_certificate_pdf(
    p_certificate_id uuid,
    p_pdf_path text
)
returns void
language plpgsql
volatile
security definer -- writes certificates, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if p_pdf_path is null or length(p_pdf_path) > 1000
        or p_pdf_path !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$'
    then
        raise exception 'this is no path inside the store'
            using errcode = 'PA422', detail = format('path = %s', coalesce(left(p_pdf_path, 100), 'null')),
                hint = 'Pass a relative path of letters, digits, _ . - and /, at most 1000 characters.';
    end if;

    update certificates as f set pdf_path = p_pdf_path where f.id = p_certificate_id;

    if not found then
        raise exception 'there is no such certificate'
            using errcode = 'PA404', detail = format('certificate_id = %s', coalesce(p_certificate_id::text, 'null')),
                hint = 'Look it up among those of the course.';
    end if;
end;
$$;

comment on function set_certificate_pdf is 'Notes where the PDF of a certificate is kept.';
revoke all on function set_certificate_pdf from public;
grant execute on function set_certificate_pdf to pgacademy_service;
