{# Instants and the organisation's wall clock. Convert first, truncate after: a date of an instant taken directly would be
   the session's date. #}

{# Local wall-clock timestamp of an instant. #}
{% macro local_timestamp(instant) -%}
    {{ return(adapter.dispatch('local_timestamp')(instant)) }}
{%- endmacro %}

{% macro duckdb__local_timestamp(instant) -%}
    ({{ instant }} at time zone '{{ var("org_timezone") }}')
{%- endmacro %}

{# Local calendar date of an instant. #}
{% macro local_date(instant) -%}
    cast({{ local_timestamp(instant) }} as date)
{%- endmacro %}

{# Instant at which a local date begins. #}
{% macro local_midnight(local_day) -%}
    {{ return(adapter.dispatch('local_midnight')(local_day)) }}
{%- endmacro %}

{% macro duckdb__local_midnight(local_day) -%}
    (cast({{ local_day }} as timestamp) at time zone '{{ var("org_timezone") }}')
{%- endmacro %}
