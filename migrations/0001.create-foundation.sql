-- The ground everything stands on: time-ordered identifiers and the rows that writers queue on.
-- depends:

-- uuid_v7: the primary-key default of every table (RFC 9562, section 5.7). Time-ordered, so that new rows land on the
-- same few index pages. PostgreSQL 18 has its own; below that it is built from a random UUID whose first 48 bits become
-- the Unix time in milliseconds. It is a column default, therefore state, and its body is bound when it is created.
do $$
begin
    if current_setting('server_version_num')::integer >= 180000 then
        execute 'create function uuid_v7() returns uuid language sql volatile parallel safe
                 begin atomic select uuidv7(); end';
    else
        execute $v7$
            create function uuid_v7() returns uuid language sql volatile parallel safe
            begin atomic
                select encode(
                    set_bit(
                        set_bit(
                            overlay(
                                uuid_send(gen_random_uuid())
                                placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                                from 1 for 6
                            ),
                            52, 1
                        ),
                        53, 1
                    ),
                    'hex'
                )::uuid;
            end
        $v7$;
    end if;
end;
$$;

comment on function uuid_v7() is 'A time-ordered UUID (RFC 9562 version 7): the primary-key default of every table.';
grant execute on function uuid_v7() to
pgacademy_anonymous, pgacademy_student, pgacademy_instructor, pgacademy_admin, pgacademy_service, pgacademy_analyst;


-- write_guards: one row per rule that spans many rows and has no natural row of its own to queue on. A writer updates
-- the row (locking is not enough under REPEATABLE READ) before it checks the rule.
create table write_guards (
    name text constraint write_guards_pkey primary key,
    version bigint not null default 0
);

alter table write_guards enable row level security;

comment on table write_guards is
'Rows that writers update before checking a rule over many rows, so that one waits for, or fails against, the other.';
comment on column write_guards.name is 'The rule that is guarded.';
comment on column write_guards.version is 'Counts the writers that passed; its value means nothing else.';

insert into write_guards (name) values ('course_prerequisites');
