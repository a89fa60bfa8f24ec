{# The name of a severity as it is counted under; incidents without one are a group of their own. #}
{% macro published_severity(severity_name) -%}
    coalesce({{ severity_name }}, 'No severity')
{%- endmacro %}
