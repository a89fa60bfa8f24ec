{#
    What each run saw of the account is kept in the snapshots of schema `history`. Their clock is the instant of the run:
    dbt would stamp a closed row with the time of day, so that two runs of the same instant would differ.
#}
{% macro duckdb__snapshot_get_time() -%}
    {{ as_of() }}
{%- endmacro %}

{# Whether this run is the latest that looked at the account. A run whose instant lies before one that has already looked
   (figures of last year made again) sees today's account, and would write it into the past. #}
{% macro is_latest_run() -%}
    {{ as_of() }} >= (select max(runs_seen.observed_at) from {{ ref('runs_seen') }} as runs_seen)
{%- endmacro %}

{# Whether a row of a snapshot held at any time: a second run of the same instant replaces what the first one saw. #}
{% macro is_kept_observation() -%}
    (dbt_valid_to is null or dbt_valid_to > dbt_valid_from)
{%- endmacro %}
