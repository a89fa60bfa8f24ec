{# The variable native_duration_map as a table expression (native_duration, compared_with): duration metrics of the account,
   by id or name, and the duration of ours that each is compared with; NULL where it is compared with none. #}
{% macro native_duration_map() -%}
    {%- set ours = duration_families() | map(attribute='name') | list -%}
    {%- set rows = [] -%}
    {%- for native, compared in var('native_duration_map').items() -%}
        {%- if compared is not none and compared not in ours -%}
            {{ exceptions.raise_compiler_error(
                "Variable native_duration_map compares '" ~ native ~ "' with the unknown duration '" ~ compared
                ~ "'. Known ones: " ~ ours | join(', ') ~ "."
            ) }}
        {%- endif -%}
        {%- do rows.append('(' ~ text_literals([native]) | trim ~ ', '
            ~ ('null' if compared is none else text_literals([compared]) | trim) ~ ')') -%}
    {%- endfor -%}
    {%- if rows -%}
        (values {{ rows | join(', ') }})
    {%- else -%}
        (select cast(null as {{ dbt.type_string() }}), cast(null as {{ dbt.type_string() }}) where false)
    {%- endif -%}
{%- endmacro %}
