-- open_badge_credential: a certificate, or an achievement that was earned, as an Open Badges 3.0 credential, ready to sign.
--
-- An OpenBadgeCredential of the Verifiable Credentials Data Model 2.0 whose subject is an AchievementSubject, without a proof:
-- the back end signs it, as JWT or with a Data Integrity proof, with a key that the database never sees. The same row has
-- the same id: asked for again it is the same credential, told anew. https://www.imsglobal.org/spec/ob/v3p0/ (section B,
-- data model); its shape as JSON Schema: lib/pgacademy/schemas/open_badge_credential.json.
--
-- Who is meant is said by name and, if it was verified, by the SHA-256 of the email with a salt; by no id of this school. The
-- issuer is in the settings credentials.issuer_id (a URL or DID), .issuer_name and .issuer_url.
--
-- called by  learners, for their own; back-end jobs
-- requires   acting_in, require_user, setting, iso_moment
-- errors     PA401, PA403 from require_user · PA404 no such certificate or achievement, or another's · PA409 revoked, the school
--            names no issuer · PA422 not exactly one of the two
create or replace function open_badge_credential(
    p_certificate_id uuid default null,
    p_user_achievement_id uuid default null
)
returns jsonb
language plpgsql
stable
security definer -- the service reads everybody's, and a learner the course of theirs when it is deleted
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid;
    v_issuer jsonb := jsonb_build_object(
        'id', coalesce(setting(p_key => 'credentials.issuer_id') #>> '{}', ''),
        'name', coalesce(setting(p_key => 'credentials.issuer_name') #>> '{}', '')
    );
    v_url text := setting(p_key => 'credentials.issuer_url') #>> '{}';
    v_source record;
    v_email text;
begin
    if not acting_in('service') and not acting_in('owner') then
        v_user_id := require_user(p_role => 'student');
    end if;

    if (p_certificate_id is null) = (p_user_achievement_id is null) then
        raise exception 'a credential is of one thing'
            using errcode = 'PA422',
                detail = format(
                    'certificate = %s, achievement = %s', coalesce(p_certificate_id::text, 'null'),
                    coalesce(p_user_achievement_id::text, 'null')
                ),
                hint = 'Pass a certificate, or an achievement that was earned.';
    end if;

    if p_certificate_id is not null then
        select
            f.id,
            f.user_id,
            f.is_revoked,
            f.recipient_name,
            f.issued_at,
            f.completed_at as awarded_at,
            f.course_id as achievement_id,
            f.course_title as title,
            coalesce(nullif(btrim(c.description), ''), f.course_title) as description,
            format('Completed every required lesson of the course "%s".', f.course_title) as narrative,
            'CertificateOfCompletion' as achievement_type,
            null::text as image
        into v_source
        from certificates as f
        inner join courses as c on c.id = f.course_id
        where f.id = p_certificate_id and f.user_id = coalesce(v_user_id, f.user_id);
    else
        select
            a.id,
            a.user_id,
            false as is_revoked,
            coalesce(
                nullif(btrim(u.full_name), ''), nullif(btrim(concat_ws(' ', u.first_name, u.last_name)), ''), u.username
            ) as recipient_name,
            a.created_at as issued_at,
            a.earned_at as awarded_at,
            a.achievement_id,
            a.title,
            coalesce(nullif(btrim(a.description), ''), a.title) as description,
            format(
                'Reached %s %s%s.', d.criteria ->> 'threshold', replace(d.criteria ->> 'metric', '_', ' '),
                coalesce(' in the course "' || c.title || '"', '')
            ) as narrative,
            'Achievement' as achievement_type,
            substring(a.icon_url from '^https://[^[:space:]]+$') as image
        into v_source
        from user_achievements as a
        inner join achievements as d on d.id = a.achievement_id
        inner join users as u on u.id = a.user_id
        left join courses as c on c.id = a.course_id
        where a.id = p_user_achievement_id and a.user_id = coalesce(v_user_id, a.user_id);
    end if;

    if not found then
        raise exception 'there is no such certificate or achievement'
            using errcode = 'PA404',
                detail = format('id = %s', coalesce(p_certificate_id, p_user_achievement_id)),
                hint = 'Look it up in v_my_certificates or v_my_achievements.';
    end if;

    if v_source.is_revoked or v_issuer ->> 'name' = '' or v_issuer ->> 'id' !~ '^(https://|did:[a-z0-9]+:)[^[:space:]]+$' then
        raise exception 'this is not given as a credential'
            using errcode = 'PA409',
                detail = format(
                    'revoked = %s, issuer = %s, name = %s', v_source.is_revoked, left(v_issuer ->> 'id', 100),
                    left(v_issuer ->> 'name', 100)
                ),
                hint = 'Nothing is issued of what was revoked; an administrator sets credentials.issuer_id and .issuer_name.';
    end if;

    v_email := (
        select lower(u.email) from users as u
        where u.id = v_source.user_id and u.email_verified and u.deleted_at is null
    );

    return jsonb_build_object(
        '@context', jsonb_build_array(
            'https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'
        ),
        'id', 'urn:uuid:' || v_source.id,
        'type', jsonb_build_array('VerifiableCredential', 'OpenBadgeCredential'),
        'name', v_source.title,
        'issuer', v_issuer
        || jsonb_build_object('type', jsonb_build_array('Profile'))
        || case when v_url ~ '^https://[^[:space:]]+$' then jsonb_build_object('url', v_url) else '{}' end,
        'validFrom', iso_moment(v_source.issued_at),
        'awardedDate', iso_moment(v_source.awarded_at),
        'credentialSubject', jsonb_build_object(
            'type', jsonb_build_array('AchievementSubject'),
            'identifier', jsonb_build_array(
                jsonb_build_object(
                    'type', 'IdentityObject', 'identityType', 'name', 'hashed', false,
                    'identityHash', coalesce(v_source.recipient_name, 'Unnamed')
                )
            ) || case
                when v_email is null then '[]'
                else jsonb_build_array(
                    jsonb_build_object(
                        'type', 'IdentityObject', 'identityType', 'emailAddress', 'hashed', true,
                        'identityHash',
                        'sha256$' || encode(sha256(convert_to(v_email || v_source.id, 'UTF8')), 'hex'),
                        'salt', v_source.id
                    )
                )
            end,
            'achievement', jsonb_build_object(
                'id', 'urn:uuid:' || v_source.achievement_id,
                'type', jsonb_build_array('Achievement'),
                'achievementType', v_source.achievement_type,
                'name', v_source.title,
                'description', v_source.description,
                'criteria', jsonb_build_object('narrative', v_source.narrative)
            ) || case
                when v_source.image is null then '{}'
                else jsonb_build_object('image', jsonb_build_object('id', v_source.image, 'type', 'Image'))
            end
        )
    );
end;
$$;

comment on function open_badge_credential is
'A certificate or an earned achievement as an Open Badges 3.0 credential, ready to sign.';
revoke all on function open_badge_credential from public;
grant execute on function open_badge_credential to pgacademy_student, pgacademy_service;
