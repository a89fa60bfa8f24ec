-- One row per catalog type that holds services: those the account puts in category service, and those that the variable
-- service_catalog_types names.
{%- set named_types = var('service_catalog_types') %}
select catalog_type_id
from {{ ref('stg_incident_io__catalog_types') }}
where
    {{ list_has_any_text('categories', ['service']) }}
{% for column in ['catalog_type_id', 'type_name', 'catalog_type_name'] if named_types %}
    or {{ column }} in ({{ text_literals(named_types) }})
{% endfor %}
