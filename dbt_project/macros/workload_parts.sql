{# The parts of the workload that incident.io reports for an incident; the total and its shares by time of day. #}
{% macro workload_parts() -%}
    {{ return(['total', 'working', 'late', 'sleeping']) }}
{%- endmacro %}
