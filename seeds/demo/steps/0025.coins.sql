-- What the courses of the demo school pay in coins. Only where nothing is named yet, so that a second run changes nothing.
update courses as c
set coin_reward = v.coins
from (
    values
    ('mechanical-engineering-fundamentals', 120),
    ('electric-circuits', 80),
    ('drawing-with-light', 80),
    ('ledgers-explained', 60)
) as v (slug, coins)
where c.slug = v.slug and c.coin_reward = 0;

update lessons as l
set coin_reward = 10
from courses as c
where c.id = l.course_id and c.slug in ('electric-circuits', 'ledgers-explained') and l.is_mandatory and l.coin_reward = 0;
