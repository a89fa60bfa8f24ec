{# Metric definitions, section 3. A category nobody knows yet is neither open nor resolved. #}
{% macro status_class(status_category) -%}
    case
        when {{ status_category }} in ('triage', 'live', 'paused') then 'open'
        when {{ status_category }} in ('learning', 'closed') then 'resolved'
        when {{ status_category }} in ('declined', 'canceled', 'merged') then 'void'
        else 'unknown'
    end
{%- endmacro %}
