-- The people of the demo school: who teaches, who learns, and since when.
--
-- Everyone is found again by their email, so running this a second time registers nobody. None of them has a password:
-- an application that wants to log in as one of them sets it.
select register_user(
    p_email => p.email,
    p_username => split_part(p.email, '@', 1),
    p_full_name => p.full_name,
    p_role => p.role,
    p_timezone => p.timezone,
    p_email_verified => true,
    p_occurred_at => date_trunc('day', now()) - make_interval(days => p.days_ago)
) as user_id
from (
    values
    ('helena@example.org', 'Helena Lindqvist', 'instructor', 'Europe/Stockholm', 400),
    ('samuel@example.org', 'Samuel Okafor', 'instructor', 'Africa/Lagos', 390),
    ('marta@example.org', 'Marta Kowalczyk', 'instructor', 'Europe/Warsaw', 380),
    ('meiling@example.org', 'Mei-Ling Chen', 'student', 'Asia/Taipei', 60),
    ('tomas@example.org', 'Tomás Rivera', 'student', 'America/Mexico_City', 58),
    ('noor@example.org', 'Noor Haddad', 'student', 'Asia/Amman', 55),
    ('liam@example.org', 'Liam O''Connor', 'student', 'Europe/Dublin', 51),
    ('aisha@example.org', 'Aisha Bello', 'student', 'Africa/Lagos', 47),
    ('yuki@example.org', 'Yuki Tanaka', 'student', 'Asia/Tokyo', 44),
    ('elif@example.org', 'Elif Demir', 'student', 'Europe/Istanbul', 40),
    ('arjun@example.org', 'Arjun Patel', 'student', 'Asia/Kolkata', 33),
    ('ingrid@example.org', 'Ingrid Solberg', 'student', 'Europe/Oslo', 30),
    ('kwame@example.org', 'Kwame Mensah', 'student', 'Africa/Accra', 24),
    ('chloe@example.org', 'Chloé Martin', 'student', 'Europe/Paris', 15),
    ('mateo@example.org', 'Mateo Rossi', 'student', 'Europe/Rome', 9)
) as p (email, full_name, role, timezone, days_ago)
where not exists (select from users as u where lower(u.email) = p.email and u.deleted_at is null);

-- Helena runs the school; the others teach.
select set_role(p_user_id => u.id, p_role => 'admin')
from users as u
where lower(u.email) = 'helena@example.org' and u.role <> 'admin' and u.deleted_at is null;

select approve_instructor(p_user_id => u.id)
from users as u
where
    lower(u.email) in ('samuel@example.org', 'marta@example.org')
    and not u.is_approved
    and u.role = 'instructor'
    and u.deleted_at is null;
