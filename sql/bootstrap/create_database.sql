-- create_database: the database that schools live in, and the role that deploys them. Run once, by an administrator:
--
--     psql -d postgres -f sql/bootstrap/create_database.sql
--     psql -d postgres -v database=learning -v deploy=learning_deploy -f …      (other names)
--
-- The role may create roles and owns the database; it is no superuser, and nothing after this script needs one. Give it
-- a password afterwards with \password. On a managed server, where such a role and database exist already, skip this.
--
-- C.UTF-8 compares by code point, the same on every machine and for ever: an index never breaks when the operating
-- system's collations change. Where people's names must sort by a language, a query says `collate`.

\set ON_ERROR_STOP on
\if :{?database} \else \set database pgacademy \endif
\if :{?deploy} \else \set deploy pgacademy_deploy \endif

select format('create role %I login createrole noinherit', :'deploy')
where not exists (select from pg_roles where rolname = :'deploy')
\gexec

select
    format(
        'create database %I owner %I template template0 encoding %L locale %L connection limit -1',
        :'database', :'deploy', 'UTF8', 'C.UTF-8'
    )
where not exists (select from pg_database where datname = :'database')
\gexec

alter database :"database" set timezone to 'UTC';
