{# The parts of a role assignment that are read. #}
{% macro role_assignment_structure() -%}
{"role": {"id": "VARCHAR", "role_type": "VARCHAR"}, "assignee": {"id": "VARCHAR", "name": "VARCHAR", "email": "VARCHAR"}}
{%- endmacro %}
