{# Whether durations and dimensions are computed for the scope itself, and not for a twin of it. #}
{% macro has_no_twin(scope_key) -%}
    {{ scope_key }} not in (select twins.scope_key from {{ ref('int_scope_twins') }} as twins)
{%- endmacro %}
