{# The place (from 1) in a list of attribute ids or names that an attribute of a catalog type has, NULL when it is not
   listed. Ids match exactly, names folded. #}
{% macro attribute_place(names) -%}
    {%- if names -%}
        case
            {%- for name in names %}
                {%- set literal = text_literals([name]) | trim %}
                when attribute_id = {{ literal }} or attribute_name_key = {{ fold_text(literal) }} then {{ loop.index }}
            {%- endfor %}
        end
    {%- else -%}
        cast(null as integer)
    {%- endif -%}
{%- endmacro %}

{# The variable service_owner_path: the attributes that lead from a service to its team. #}
{% macro service_owner_path() -%}
    {%- set path = var('service_owner_path') -%}
    {%- if path is string or path | length > 2 -%}
        {{ exceptions.raise_compiler_error(
            "Variable service_owner_path must be a list of at most two attributes, such as ['Component', 'Team'];"
            ~ " found " ~ path ~ "."
        ) }}
    {%- endif -%}
    {{ return(path) }}
{%- endmacro %}

{# The variable service_owner_path as one SQL literal. #}
{% macro service_owner_path_key() -%}
    {{ text_literals([tojson(service_owner_path())]) | trim }}
{%- endmacro %}
