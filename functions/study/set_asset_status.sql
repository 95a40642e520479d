-- set_asset_status: the back end says what an asset is worth: draft, ready or retired, and of which quality.
--
-- A flashcard that is ready is a card to review; one that is retired comes no more, and what is remembered of it stays.
--
-- called by  the back end's workers
-- requires   require_service, make_review_cards
-- errors     PA403 not the service · PA404 no such asset · PA422 no such status, a score not 0 to 1
create or replace function set_asset_status(
    p_asset_id uuid,
    p_status text,
    p_quality_score numeric default null
)
returns void
language plpgsql
volatile
security definer -- updates generated_assets, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_service();

    if (p_status in ('draft', 'ready', 'retired')) is not true or (p_quality_score between 0 and 1) is false then
        raise exception 'there is no such status, or no such score'
            using errcode = 'PA422',
                detail = format(
                    'status = %s, quality_score = %s', coalesce(left(p_status, 60), 'null'),
                    coalesce(left(p_quality_score::text, 60), 'null')
                ),
                hint = 'Use draft, ready or retired, and 0 to 1.';
    end if;

    update generated_assets as a
    set status = p_status, quality_score = coalesce(p_quality_score, a.quality_score)
    where a.id = p_asset_id;

    if not found then
        raise exception 'there is no such asset'
            using errcode = 'PA404', detail = format('asset_id = %s', coalesce(p_asset_id::text, 'null')),
                hint = 'Pass an id that store_asset() returned.';
    end if;

    perform make_review_cards(p_asset_ids => array[p_asset_id]);
end;
$$;

comment on function set_asset_status is 'Says whether a generated asset is a draft, ready or retired.';
revoke all on function set_asset_status from public;
grant execute on function set_asset_status to pgacademy_service;
