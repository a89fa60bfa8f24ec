-- One row per changed incident, custom field and value it carries; value_id stays when the account renames the value.
select distinct
    field_values.incident_id,
    field_values.custom_field_name,
    field_values.field_value,
    coalesce(field_values.option_id, field_values.catalog_entry_id) as value_id
from marts.fct_incident_custom_fields as field_values
inner join changed_incidents on field_values.incident_id = changed_incidents.incident_id
where changed_incidents.is_credit_changed
