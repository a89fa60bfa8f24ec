{# The durations of an incident that are published with statistics: the prefix of their columns, and the local day of
   its end (int_incident_dates), which decides the period it is counted in. A closed period thereby cannot change because an
   old incident is still open. #}
{% macro duration_families() -%}
    {{ return([
        {'name': 'time_to_resolve', 'ended_date': 'resolved_date'},
        {'name': 'time_to_recover', 'ended_date': 'resolved_date'},
        {'name': 'time_to_acknowledge', 'ended_date': 'acknowledged_date'},
        {'name': 'time_to_mitigate', 'ended_date': 'mitigated_date'},
        {'name': 'impact_duration', 'ended_date': 'impact_ended_date'},
        {'name': 'time_to_resolve_active', 'ended_date': 'resolved_date'},
    ]) }}
{%- endmacro %}
