-- school: the roles of the school "{{ school }}".
--
-- {{ school }}_owner owns its objects; no login, and without CREATEROLE, which a definer function would hand to its
-- callers. Each {{ school }}_<role> inherits what the group pgacademy_<role> may do, and holds USAGE on this school's
-- schema alone. {{ deploy }} may `set role {{ school }}_owner`, to migrate.
--
-- Run by a role with CREATEROLE, after groups.sql. What exists is left exactly as it is.
do $$
declare
    v_deploy constant text := '{{ deploy }}';
    v_name text;
    v_group text;
begin
    foreach v_name in array array[
        '{{ school }}_owner',
        {%- for role in platform_roles %}
        '{{ school }}_{{ role }}'{{ "," if not loop.last }}
        {%- endfor %}
    ]
    loop
        if not exists (select from pg_roles as r where r.rolname = v_name) then
            begin
                execute format('create role %I nologin inherit', v_name);
            exception
                when duplicate_object or unique_violation then null; -- another session was first
            end;
        end if;
    end loop;

    for v_name, v_group in
        values
        {%- for role in platform_roles %}
        ('{{ school }}_{{ role }}', 'pgacademy_{{ role }}'){{ "," if not loop.last }}
        {%- endfor %}
    loop
        if not exists (
            select from pg_auth_members as m
            where m.roleid = v_group::regrole and m.member = v_name::regrole
        ) then
            execute format('grant %I to %I', v_group, v_name);
        end if;
    end loop;

    -- From 16 on, creating a role gives its creator the membership with neither SET nor INHERIT, so that being a member
    -- is not enough. A plain grant adds SET, and INHERIT only for a role that inherits: the deploy role does not.
    if not exists (
        select from pg_auth_members as m
        where
            m.roleid = '{{ school }}_owner'::regrole
            and m.member = (select r.oid from pg_roles as r where r.rolname = v_deploy)
            and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
    ) and not (select r.rolsuper from pg_roles as r where r.rolname = v_deploy) then
        execute format('grant %I to %I', '{{ school }}_owner', v_deploy);
    end if;
end;
$$;
