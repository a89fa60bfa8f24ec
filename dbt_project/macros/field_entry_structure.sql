{# The parts of a custom field entry that are read; the embedded list of all options is left unread on purpose. #}
{% macro field_entry_structure() -%}
{"custom_field": {"id": "VARCHAR", "name": "VARCHAR", "field_type": "VARCHAR"}, "values": [{
"value_option": {"id": "VARCHAR", "value": "VARCHAR"},
"value_catalog_entry": {"id": "VARCHAR", "name": "VARCHAR", "external_id": "VARCHAR"},
"value_text": "VARCHAR", "value_link": "VARCHAR", "value_numeric": "VARCHAR"}]}
{%- endmacro %}
