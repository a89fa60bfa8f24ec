{# A text as a floating-point number; NULL when it is none. dbt's own safe_cast fails on such texts in DuckDB. #}
{% macro parse_number(text) -%}
    {{ return(adapter.dispatch('parse_number')(text)) }}
{%- endmacro %}

{% macro duckdb__parse_number(text) -%}
    try_cast({{ text }} as double)
{%- endmacro %}
