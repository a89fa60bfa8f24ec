{# What is counted of every scope and day, and added up over the days of a period. #}
{% macro counts_of_a_day() -%}
    {{ return([
        'count_occurred', 'count_led', 'count_involved', 'count_reported', 'count_resolved', 'count_resolved_reopened',
        'count_follow_ups', 'count_follow_ups_completed',
    ]) }}
{%- endmacro %}
