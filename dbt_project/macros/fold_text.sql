{# How names and texts are compared everywhere: stripped of Unicode white space and fully case folded, so that
   ' STRASSE' equals 'straße'. NULL stays NULL. #}
{% macro fold_text(text) -%}
    {{ return(adapter.dispatch('fold_text')(text)) }}
{%- endmacro %}

{% macro duckdb__fold_text(text) -%}
    staging.fold_text({{ text }})
{%- endmacro %}
