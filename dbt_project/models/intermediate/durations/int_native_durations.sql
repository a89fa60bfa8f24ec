-- One row per duration metric of the account: its name and the duration of ours that it is compared with. The variable
-- native_duration_map decides, by id before name; a metric it does not mention is compared with the duration of its own name
-- (Time to resolve with time_to_resolve). No endpoint lists these metrics, so the name is that of the incident changed last.
{{ config(materialized='table') }}

with

metrics as (
    select
        duration_metric_id,
        cast(row_number() over (order by duration_metric_id) as integer) as duration_metric_key,
        max_by(embedded_name, struct_pack(updated_at := updated_at, incident_id := incident_id)) as duration_metric_name
    from {{ ref('int_native_duration_values') }}
    group by duration_metric_id
),

native_map as (
    select
        native_map.native_duration,
        native_map.compared_with
    from {{ native_duration_map() }} as native_map (native_duration, compared_with)
),

named as (
    select
        *,
        replace(replace({{ fold_text('duration_metric_name') }}, ' ', '_'), '-', '_') as own_name
    from metrics
)

select
    named.duration_metric_id,
    named.duration_metric_key,
    named.duration_metric_name,
    'native_duration:' || coalesce(named.duration_metric_name, named.duration_metric_id) as metric,
    case
        when by_id.native_duration is not null then by_id.compared_with
        when by_name.native_duration is not null then by_name.compared_with
        when named.own_name in ({{ text_literals(duration_families() | map(attribute='name')) }}) then named.own_name
    end as compared_with
from named
left join native_map as by_id on named.duration_metric_id = by_id.native_duration
left join native_map as by_name
    on {{ fold_text('named.duration_metric_name') }} = {{ fold_text('by_name.native_duration') }}
