{# Columns that are compared with those of the period before. `kind`: count (independent events, which get an interval),
   number or share; `nothing`: the value of a period in which the scope had no part. #}
{% macro compared_metrics(names=none) -%}
    {%- set metrics = [
        {'name': 'total_incidents', 'kind': 'count', 'nothing': '0'},
        {'name': 'incidents_resolved', 'kind': 'count', 'nothing': '0'},
        {'name': 'incidents_per_week', 'kind': 'number', 'nothing': '0'},
        {'name': 'open_at_period_end', 'kind': 'number', 'nothing': '0'},
        {'name': 'reopen_rate', 'kind': 'share', 'nothing': 'null'},
        {'name': 'time_to_resolve_p50_hours', 'kind': 'number', 'nothing': 'null'},
        {'name': 'time_to_acknowledge_p50_hours', 'kind': 'number', 'nothing': 'null'},
    ] -%}
    {{ return(metrics if names is none else metrics | selectattr('name', 'in', names) | list) }}
{%- endmacro %}

{# The end of a model: reads a CTE that holds, for each of `metrics`, its value, its value in the period before as
   `<name>_previous` (NULL where that is not known), and is_comparable; adds `<name>_change`, `<name>_change_ratio` and the
   intervals of counts. #}
{% macro with_changes(side_by_side, metrics) -%}
    {%- set counts = metrics | selectattr('kind', 'equalto', 'count') | map(attribute='name') | list -%}
changes as (
    select
        *,
        {% for name in counts %}
            {{ poisson_low(name) }} as {{ name }}_low,
            {{ poisson_high(name) }} as {{ name }}_high,
            {{ poisson_low(name ~ '_previous') }} as {{ name }}_previous_low,
            {{ poisson_high(name ~ '_previous') }} as {{ name }}_previous_high,
        {% endfor %}
        {% for metric in metrics %}
            case
                when is_comparable then {{ metric.name }} - {{ metric.name }}_previous
            end as {{ metric.name }}_change{{ ',' if not loop.last }}
        {% endfor %}
    from {{ side_by_side }}
)

select
    * exclude (
        is_comparable{% for name in counts %}, {{ name }}_previous_low, {{ name }}_previous_high{% endfor %}
    ),
    {% for name in counts %}
        {{ name }}_change - {{ difference_margin(name, name ~ '_low', name ~ '_previous', name ~ '_previous_high') }}
            as {{ name }}_change_low,
        {{ name }}_change + {{ difference_margin(name, name ~ '_high', name ~ '_previous', name ~ '_previous_low') }}
            as {{ name }}_change_high,
    {% endfor %}
    {% for metric in metrics if metric.kind != 'share' %}
        cast({{ metric.name }}_change as double) / nullif({{ metric.name }}_previous, 0)
            as {{ metric.name }}_change_ratio{{ ',' if not loop.last }}
    {% endfor %}
from changes
{%- endmacro %}

{# 95 % interval of the expectation behind a count of independent events, after Byar's approximation of the exact Poisson
   limits (Breslow and Day, Statistical Methods in Cancer Research II, 1987). Closed form, within 0.03 events of the exact
   limits for every count. #}
{% macro poisson_low(events) -%}
    case
        when {{ events }} > 0
            then {{ events }} * power(
                1 - 1.0 / (9 * {{ events }}) - {{ normal_quantile() }} / (3 * sqrt({{ events }})), 3
            )
        when {{ events }} = 0 then 0
    end
{%- endmacro %}

{% macro poisson_high(events) -%}
    ({{ events }} + 1) * power(
        1 - 1.0 / (9 * ({{ events }} + 1)) + {{ normal_quantile() }} / (3 * sqrt({{ events }} + 1)), 3
    )
{%- endmacro %}

{# How far the difference of two independent estimates may lie from its value, to one side: the distances of the two to
   their own limits, as the legs of a right angle (Zou and Donner, Statistics in Medicine 27, 2008). #}
{% macro difference_margin(estimate, its_limit, other, other_limit) -%}
    sqrt(power({{ estimate }} - {{ its_limit }}, 2) + power({{ other }} - {{ other_limit }}, 2))
{%- endmacro %}

{# Quantile of the standard normal distribution that leaves 2.5 % above it. #}
{% macro normal_quantile() -%}
    1.959963984540054e0
{%- endmacro %}
