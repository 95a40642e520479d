-- groups: the platform roles of the whole cluster, which policies and grants name. NOLOGIN; they hold no USAGE on any
-- schema, so that being in one opens no school.
--
-- Run by a role with CREATEROLE. What exists is left exactly as it is, and two databases may do this at the same time.
do $$
declare
    v_name text;
begin
    foreach v_name in array array[
        {%- for role in platform_roles %}
        'pgacademy_{{ role }}'{{ "," if not loop.last }}
        {%- endfor %}
    ]
    loop
        if not exists (select from pg_roles as r where r.rolname = v_name) then
            begin
                execute format('create role %I nologin', v_name);
            exception
                when duplicate_object or unique_violation then null; -- another database was first
            end;
        end if;
    end loop;
end;
$$;
