{# Accounts write 'Resolved at' and 'Resolved': names are compared folded and without the trailing ' at'. #}
{% macro timestamp_name_key(timestamp_name) -%}
    regexp_replace({{ fold_text(timestamp_name) }}, ' at$', '')
{%- endmacro %}
