{#
    How dbt's seed step fills a table here: the validated copy is read with its dialect stated.

    The adapter lets DuckDB guess the dialect from the first 20,480 rows, so a file whose first doubled quote stands
    further down is refused as malformed. An empty cell is NULL; the text "null" stays text.
#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {% set statement %}
        copy {{ this.render() }} from '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}' (
            format csv, header true, auto_detect false, delimiter ',', quote '"', escape '"'
        )
    {% endset %}
    {% do adapter.add_query(statement, abridge_sql_log=True) %}
    {{ return(statement) }}
{% endmacro %}
