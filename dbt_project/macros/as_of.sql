{# The instant of the run as a literal, from the variable or, while a statement is being executed, from the environment.
   Reading the environment only then keeps dbt from parsing the whole project again whenever the instant changes. #}
{% macro as_of() -%}
    {%- set instant = var('as_of', none) -%}
    {%- if not instant and execute -%}
        {%- set instant = env_var('INCIDENT_MARTS_AS_OF', '') -%}
        {%- if not instant -%}
            {{ exceptions.raise_compiler_error(
                "The instant of the run is unknown. Set the variable as_of or the environment variable"
                ~ " INCIDENT_MARTS_AS_OF to an RFC 3339 instant such as 2026-11-23T00:00:00Z."
            ) }}
        {%- endif -%}
    {%- endif -%}
    cast('{{ instant or "1970-01-01T00:00:00Z" }}' as timestamp with time zone)
{%- endmacro %}

{# The first local date that the extract covers, as a literal; NULL means all history. #}
{% macro coverage_start() -%}
    {%- set first_date = var('coverage_start', none) -%}
    {%- if not first_date and execute -%}
        {%- set first_date = env_var('INCIDENT_MARTS_START', '') -%}
    {%- endif -%}
    {%- if first_date -%} cast('{{ first_date }}' as date) {%- else -%} cast(null as date) {%- endif -%}
{%- endmacro %}

{# When the incidents were last read, and as of when they were last read in full with deletions believed. Only the loading
   state of the raw tables knows, so whoever starts dbt hands both over in the environment; NULL when nobody did. #}
{% macro incidents_read_at() -%}
    {{ instant_of_environment('DBT_INCIDENTS_READ_AT') }}
{%- endmacro %}

{% macro incidents_swept_at() -%}
    {{ instant_of_environment('DBT_INCIDENTS_SWEPT_AT') }}
{%- endmacro %}

{% macro instant_of_environment(name) -%}
    {%- set instant = env_var(name, '') if execute else '' -%}
    cast({{ "'" ~ instant ~ "'" if instant else 'null' }} as timestamp with time zone)
{%- endmacro %}
