-- One row per published metric: the definitions of metric_definitions.yml beside the data.
{%- set columns = ['metric', 'title', 'formula', 'unit', 'period_rule', 'caveat', 'definition_version'] %}
with

catalogue as (
    select metrics.*
    from (
        values
        {% for metric in config.meta_get('metrics', []) %}
            (
                {% for column in columns %}
                    {{ text_literals([metric[column]]) }}{{ ',' if not loop.last }}
                {% endfor %}
            ){{ ',' if not loop.last }}
        {% endfor %}
    ) as metrics ({{ columns | join(', ') }})
)

select
    metric,
    title,
    formula,
    unit,
    period_rule,
    caveat,
    definition_version
from catalogue
order by metric
