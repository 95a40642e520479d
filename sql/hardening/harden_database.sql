-- harden_database: what only a superuser (or the owner of the database) can shut, in the database this is run in.
--
-- Nothing needs it. A school is safe from its logins without it; this takes away what PostgreSQL gives to everybody by
-- default and a school never uses, so that an SQL injection finds less to play with. Read it, then run it once per
-- database, as a superuser:
--
--     psql -X -v ON_ERROR_STOP=1 --single-transaction -d <database> -f sql/hardening/harden_database.sql
--
-- It is idempotent and touches no school's objects. A privilege it cannot revoke (managed PostgreSQL keeps some
-- functions to itself) is a warning, not an error. Other applications in the same database lose these privileges too:
-- grant them back to those by name. `pg_dump` keeps such changes of pg_catalog; an upgrade of PostgreSQL may bring new
-- functions, so run it again then.
--
-- What is not here because no superuser can shut it: a login may change its own settings (`alter role … set`) and its
-- own password, and see the catalogue. Hence the library sends role, identity and search_path with every transaction,
-- and nothing secret is in a function's source.

-- 1. Temporary objects. A school's functions put pg_temp last and are tested against shadowing; without TEMP there is
-- nothing to shadow with, and no way to fill the disk from the web login. New schemas: only who owns the database.
do $$
begin
    execute format('revoke temporary, create on database %I from public', current_database());
    revoke create on schema public from public;
end;
$$;

-- 2. Large objects. Anybody may create them by default: storage that no row-level security sees, and no backup policy
-- of the school knows. 3. Files, programs and settings of the server: for superusers by default, and whoever was given
-- them since. 4. Advisory locks: the migration holds one, and whoever may take it keeps every migration from running.
-- The library polls for it as the deploy login, which gets them back below.
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid::regprocedure
        from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and (
                p.proname in (
                    -- large objects
                    'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_close', 'lo_get', 'lo_put', 'lo_lseek',
                    'lo_lseek64', 'lo_tell', 'lo_tell64', 'lo_truncate', 'lo_truncate64', 'lo_unlink', 'loread',
                    'lowrite', 'lo_import', 'lo_export',
                    -- files of the server
                    'pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'pg_ls_dir', 'pg_ls_logdir',
                    'pg_ls_waldir', 'pg_ls_tmpdir', 'pg_ls_archive_statusdir', 'pg_current_logfile',
                    -- the server itself
                    'pg_reload_conf', 'pg_rotate_logfile', 'pg_hba_file_rules', 'pg_show_all_file_settings',
                    'pg_promote', 'pg_switch_wal', 'pg_create_restore_point'
                )
                or p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
            )
        order by p.oid
    loop
        begin
            execute format('revoke execute on function %s from public', v_function);
        exception
            when insufficient_privilege then
                raise warning '% stays as it is: this login may not change it', v_function;
        end;
    end loop;
end;
$$;

-- 5. The owners of schools and whoever may become one (the deploy logins) keep what they need: advisory locks.
do $$
declare
    v_role regrole;
    v_function regprocedure;
begin
    for v_role in
        select r.oid::regrole
        from pg_roles as r
        where not r.rolsuper
            and exists (
                select
                from pg_namespace as n
                join pg_roles as o on o.oid = n.nspowner
                where o.rolname = n.nspname || '_owner' and pg_has_role(r.oid, o.oid, 'member')
            )
    loop
        for v_function in
            select p.oid::regprocedure
            from pg_proc as p
            where p.pronamespace = 'pg_catalog'::regnamespace
                and p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
        loop
            begin
                execute format('grant execute on function %s to %s', v_function, v_role);
            exception
                when insufficient_privilege then
                    raise warning '% stays as it is: this login may not change it', v_function;
            end;
        end loop;
    end loop;
end;
$$;

-- 6. Untrusted languages and modules that reach out of the database. Nothing of a school uses them; whoever finds one
-- here decides.
do $$
declare
    v_found text;
begin
    select string_agg(f.name, ', ' order by f.name)
    into v_found
    from (
        select 'language ' || l.lanname as name
        from pg_language as l
        where not l.lanpltrusted and l.lanname not in ('internal', 'c')
        union all
        select 'extension ' || e.extname
        from pg_extension as e
        where e.extname in ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack', 'http', 'lo')
    ) as f;

    if v_found is not null then
        raise warning 'this database can reach outside itself: %', v_found
            using hint = 'Drop what nothing needs, or make sure that no login of a school may use it.';
    end if;
end;
$$;
