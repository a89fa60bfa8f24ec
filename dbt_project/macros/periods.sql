{# Periods of local time. Weeks begin on the day that the variable week_start names. #}

{# First DATE of the period that holds a local date; `grain` is an SQL expression for 'week', 'month' or 'quarter'. #}
{% macro period_start(local_date, grain) -%}
    {%- set week_start = var('week_start') -%}
    {%- if week_start == 'monday' -%}
        cast(date_trunc({{ grain }}, {{ local_date }}) as date)
    {%- elif week_start == 'sunday' -%}
        case {{ grain }}
            when 'week' then cast(date_trunc('week', {{ local_date }} + 1) as date) - 1
            else cast(date_trunc({{ grain }}, {{ local_date }}) as date)
        end
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "variable week_start is '" ~ week_start ~ "': set it to 'monday' or 'sunday' in dbt_project.yml or with --vars"
        ) }}
    {%- endif -%}
{%- endmacro %}

{# First DATE after the period that begins on a date. #}
{% macro period_end(period_start, grain) -%}
    cast({{ period_start }} + case {{ grain }}
        when 'week' then to_days(7)
        when 'month' then to_months(1)
        when 'quarter' then to_months(3)
    end as date)
{%- endmacro %}

{# The grains of the metric marts. #}
{% macro grains() -%}
    {{ return(['week', 'month', 'quarter']) }}
{%- endmacro %}

{# The same as a one-column table expression. #}
{% macro period_grains() -%}
    (values {% for grain in grains() %}('{{ grain }}'){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# The DATE a number of days before another. #}
{% macro days_before(local_date, days) -%}
    cast({{ dbt.dateadd('day', '-(' ~ days ~ ')', local_date) }} as date)
{%- endmacro %}

{# A small number that stands for a period, the same in every build: days since 1970 times four, and the place of the grain. #}
{% macro period_key(period_start, grain) -%}
    cast(
        {{ dbt.datediff("cast('1970-01-01' as date)", period_start, 'day') }} * 4
        + case {{ grain }}{% for each in grains() %} when '{{ each }}' then {{ loop.index }}{% endfor %} end
        as integer
    )
{%- endmacro %}
