-- One row per service and row of service_ownership.csv that names it, by catalog entry id, external id or name.
with

services as (
    select
        *,
        {{ fold_text('service_name') }} as service_name_key
    from {{ ref('int_services') }}
),

service_ownership as (
    select
        *,
        {{ fold_text('service') }} as service_name_key
    from {{ ref('service_ownership') }}
),

known_teams as (
    select team_id from {{ ref('dim_teams') }}
),

named_by_row as (
    {% for matched_by, service_column, row_column in [
        ('catalog_entry_id', 'service_id', 'service'),
        ('external_id', 'external_id', 'service'),
        ('text', 'service_name_key', 'service_name_key'),
    ] %}
        select
            services.service_id,
            service_ownership.team_id,
            service_ownership.service as seed_service,
            '{{ matched_by }}' as matched_by,
            {{ loop.index }} as preference,
            service_ownership.valid_from,
            service_ownership.valid_to,
            service_ownership.seed_line
        from services
        inner join service_ownership on services.{{ service_column }} = service_ownership.{{ row_column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    select
        *,
        row_number() over (partition by service_id, seed_line order by preference) as choice
    from named_by_row
)

select
    ranked.service_id,
    ranked.team_id,
    ranked.seed_service,
    ranked.matched_by,
    ranked.valid_from,
    ranked.valid_to,
    ranked.seed_line
from ranked
inner join known_teams on ranked.team_id = known_teams.team_id
where ranked.choice = 1
