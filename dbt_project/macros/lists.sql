{# Lists, dispatched. A list aggregated here is always ordered, so that two runs give the same marts. #}

{# The distinct values of a group that meet a condition, ordered; NULL when there are none. #}
{% macro distinct_list(column, condition) -%}
    {{ return(adapter.dispatch('distinct_list')(column, condition)) }}
{%- endmacro %}

{% macro duckdb__distinct_list(column, condition) -%}
    list(distinct {{ column }} order by {{ column }}) filter (where {{ condition }})
{%- endmacro %}

{# Whether a list of texts holds any of some literal texts. #}
{% macro list_has_any_text(column, texts) -%}
    {{ return(adapter.dispatch('list_has_any_text')(column, texts)) }}
{%- endmacro %}

{% macro duckdb__list_has_any_text(column, texts) -%}
    list_has_any({{ column }}, [{{ text_literals(texts) }}])
{%- endmacro %}
