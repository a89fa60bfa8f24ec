{# Reading JSON, dispatched: the only macros that another warehouse has to write again. Values of a wrong shape give NULL. #}

{# Text at a path such as '$.id'; NULL when the key is absent. #}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text')(column, path)) }}
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, '{{ path }}')
{%- endmacro %}

{% macro json_integer(column, path) -%}
    {{ return(adapter.dispatch('json_integer')(column, path)) }}
{%- endmacro %}

{% macro duckdb__json_integer(column, path) -%}
    try_cast(json_extract_string({{ column }}, '{{ path }}') as bigint)
{%- endmacro %}

{# A JSON array of texts as a list of texts. #}
{% macro json_text_list(column) -%}
    {{ return(adapter.dispatch('json_text_list')(column)) }}
{%- endmacro %}

{% macro duckdb__json_text_list(column) -%}
    from_json({{ column }}, '["VARCHAR"]')
{%- endmacro %}

{# One row per element of a JSON array, typed once by a structure such as {"id": "VARCHAR"}: for a select list. Parsing an
   array once is several times cheaper than one extraction per attribute. #}
{% macro json_elements(column, structure) -%}
    {{ return(adapter.dispatch('json_elements')(column, structure)) }}
{%- endmacro %}

{% macro duckdb__json_elements(column, structure) -%}
    unnest(from_json({{ column }}, '[{{ structure }}]'))
{%- endmacro %}

{# The JSON value at a path, still JSON. #}
{% macro json_value(column, path) -%}
    {{ return(adapter.dispatch('json_value')(column, path)) }}
{%- endmacro %}

{% macro duckdb__json_value(column, path) -%}
    json_extract({{ column }}, '{{ path }}')
{%- endmacro %}

{# The value of a JSON object under a key that a column holds, typed by a structure; keys may hold any character. #}
{% macro json_map_value(column, key_column, structure) -%}
    {{ return(adapter.dispatch('json_map_value')(column, key_column, structure)) }}
{%- endmacro %}

{% macro duckdb__json_map_value(column, key_column, structure) -%}
    from_json(map_extract_value(cast({{ column }} as map(varchar, json)), {{ key_column }}), '{{ structure }}')
{%- endmacro %}

{# An attribute of a catalog entry: one binding or a list of them, each a literal with its label. #}
{% macro catalog_value_structure() -%}
{"value": {"label": "VARCHAR", "literal": "VARCHAR"}, "array_value": [{"label": "VARCHAR", "literal": "VARCHAR"}]}
{%- endmacro %}

{# The values of a column in a group as the text of a JSON array, ordered by themselves. #}
{% macro json_list(column) -%}
    {{ return(adapter.dispatch('json_list')(column)) }}
{%- endmacro %}

{% macro duckdb__json_list(column) -%}
    cast(to_json(list({{ column }} order by {{ column }})) as varchar)
{%- endmacro %}

{# The rows of a group as the text of a JSON array of objects of these columns, ordered by the first of them. #}
{% macro json_object_list(columns) -%}
    {{ return(adapter.dispatch('json_object_list')(columns)) }}
{%- endmacro %}

{% macro duckdb__json_object_list(columns) -%}
    cast(to_json(list(
        { {%- for column in columns %}'{{ column }}': {{ column }}{{ ', ' if not loop.last }}{% endfor -%} }
        order by {{ columns[0] }}
    )) as varchar)
{%- endmacro %}
