{# A list of texts as SQL literals, for `in (...)`; quotes in the texts are escaped. #}
{% macro text_literals(texts) -%}
    {%- for text in texts -%}
        '{{ (text | string).replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
