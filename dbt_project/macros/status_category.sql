{# The API spells two categories differently depending on the endpoint; unknown ones stay as they are. #}
{% macro status_category(category) -%}
    case {{ category }}
        when 'active' then 'live'
        when 'post-incident' then 'learning'
        else {{ category }}
    end
{%- endmacro %}
