-- slugify: a name for addresses out of a title: "Café & Robots II" becomes cafe-robots-ii.
--
-- Accents are taken off by Unicode decomposition, so no extension is needed. A title without one Latin letter or digit
-- gives the fallback. 80 characters at most; only the first 400 of the title are looked at.
--
-- called by  set_course_defaults, set_lesson_defaults
-- errors     none
create or replace function slugify(
    p_text text,
    p_fallback text
)
returns text
language sql
immutable
parallel safe
security invoker
begin atomic
    select coalesce(
        nullif(
            trim(both '-' from left(
                trim(both '-' from regexp_replace(
                    regexp_replace(lower(normalize(left(p_text, 400), nfkd)), U&'[\0300-\036F'']', '', 'g'),
                    '[^a-z0-9]+', '-', 'g'
                )),
                80
            )),
            ''
        ),
        p_fallback
    );
end;

comment on function slugify is 'A lower-case name for addresses out of a title; the fallback where nothing is left of it.';
revoke all on function slugify from public;
-- Granted to nobody: triggers call it.
