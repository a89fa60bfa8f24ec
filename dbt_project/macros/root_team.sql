{# The variable root_team_id as an SQL literal. #}
{% macro root_team_id() -%}
    {{ text_literals([var('root_team_id')]) | trim }}
{%- endmacro %}

{# The variable root_team_name as an SQL literal. #}
{% macro root_team_name() -%}
    {{ text_literals([var('root_team_name')]) | trim }}
{%- endmacro %}
