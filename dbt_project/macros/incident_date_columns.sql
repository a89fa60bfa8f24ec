{# The columns of int_incident_dates that hold a day of an incident. #}
{% macro incident_date_columns() -%}
    {{ return([
        'occurred_date', 'acknowledged_date', 'mitigated_date', 'resolved_date', 'ended_date', 'impact_ended_date'
    ]) }}
{%- endmacro %}
