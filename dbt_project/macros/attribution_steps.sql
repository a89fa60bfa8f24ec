{# The steps of the attribution chain in their order, from the variable attribution_priority. `organisation` is appended,
   because an incident that no step can place still needs a team. #}
{% macro attribution_steps() -%}
    {%- set known_steps = ['custom_field', 'explicit_owner', 'service', 'organisation'] -%}
    {%- set steps = [] -%}
    {%- for step in var('attribution_priority') -%}
        {%- if step not in known_steps -%}
            {{ exceptions.raise_compiler_error(
                "Variable attribution_priority names the unknown step '" ~ step ~ "'. Known steps: "
                ~ known_steps | join(', ') ~ "."
            ) }}
        {%- endif -%}
        {%- if step not in steps -%} {%- do steps.append(step) -%} {%- endif -%}
    {%- endfor -%}
    {%- if 'organisation' not in steps -%} {%- do steps.append('organisation') -%} {%- endif -%}
    {{ return(steps) }}
{%- endmacro %}
