-- One row: the local instant of the run and the span the extract is known to hold. spine_start_date is NULL when
-- there is neither a start of coverage nor any incident that counts; there are no periods then. A mistyped year must not
-- open two thousand years of periods: what is dated before earliest_incident_date does not move the start.
with

first_incidents as (
    select min({{ local_date('occurred_at') }}) as first_occurred_date
    from {{ ref('int_incidents') }}
    where
        is_eligible and occurred_at <= {{ as_of() }}
        and {{ local_date('occurred_at') }} >= cast('{{ var("earliest_incident_date") }}' as date)
)

select
    {{ local_timestamp(as_of()) }} as as_of_local,
    cast({{ coverage_start() }} as date) as coverage_start_date,
    coalesce(cast({{ coverage_start() }} as date), first_occurred_date) as spine_start_date
from first_incidents
