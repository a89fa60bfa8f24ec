{# The durations of an incident that are published with statistics: the prefix of their columns, and the end of each,
   which decides the period it is counted in. A closed period thereby cannot change because an old incident is still
   open. #}
{% macro duration_families() -%}
    {{ return([
        {'name': 'time_to_resolve', 'ended_at': 'resolved_at'},
        {'name': 'time_to_recover', 'ended_at': 'resolved_at'},
        {'name': 'time_to_acknowledge', 'ended_at': 'acknowledged_at'},
        {'name': 'time_to_mitigate', 'ended_at': 'mitigated_at'},
        {'name': 'impact_duration', 'ended_at': 'coalesce(mitigated_at, resolved_at)'},
        {'name': 'time_to_resolve_active', 'ended_at': 'resolved_at'},
    ]) }}
{%- endmacro %}
