-- A failing row is a column of a metric mart that the catalogue neither names nor explains as one of a family.
with

published_columns as (
    select
        published.table_name,
        published.column_name
    from duckdb_columns() as published
    where
        published.schema_name = '{{ ref("rpt_metrics_weekly").schema }}'
        and published.table_name in (
            '{{ ref("rpt_metrics_weekly").identifier }}', '{{ ref("rpt_attribution_trust").identifier }}'
        )
        and published.column_name not in (
            'grain', 'scope_type', 'scope_id', 'scope_name', 'rollup', 'period_start', 'period_end', 'is_complete'
        )
),

catalogue as (
    select metric
    from {{ ref('metric_catalogue') }}
)

select
    published_columns.table_name,
    published_columns.column_name
from published_columns
left join catalogue
    on
        published_columns.column_name = catalogue.metric
        or starts_with(published_columns.column_name, catalogue.metric || '_')
where catalogue.metric is null
