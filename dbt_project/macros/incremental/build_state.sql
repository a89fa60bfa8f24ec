{#
    What a build remembers for the next one, in schema `build_state`, so that the next one computes what changed and no more:
      this_build    one row: the build that is going on, or the last one, and why everything is built in full, if it is
      known_loads   loads of the extraction that the last finished build has taken in
      raw_rows      rows of the raw tables that incidents are made of; rows never leave them, so fewer mean another history
      contents      of relations without incidents of their own, what they held when this build read them
      models        of models that are built by key, the statement and the contents their rows are made from
    A build that ends with anything failed, skipped or left out is not finished, and the next one is built in full.
#}

{# The raw tables whose rows are of one incident each, by staging model. #}
{% macro incident_tables() -%}
    {{ return(['incidents', 'incident_updates', 'follow_ups', 'incident_participants']) }}
{%- endmacro %}

{# Whether this is a build of the project, and not a compilation, a parse or a run of checks alone. #}
{% macro is_build() -%}
    {{ return(execute and flags.WHICH in ['build', 'run']) }}
{%- endmacro %}

{% macro build_state(table) -%}
    {{ return(api.Relation.create(database=target.database, schema='build_state', identifier=table)) }}
{%- endmacro %}

{# Run before anything is built. #}
{% macro begin_build() -%}
    {%- if is_build() -%}
        {%- do run_query(adapter.dispatch('begin_build')()) -%}
    {%- endif -%}
    select 1
{%- endmacro %}

{% macro duckdb__begin_build() -%}
    {%- set raw = source('raw_incident_io', 'incidents') -%}
create schema if not exists build_state;
create table if not exists {{ build_state('this_build') }} (
    invocation_id varchar, as_of timestamptz, engine varchar, project varchar, pseudonym varchar, reason_for_full varchar,
    previous_as_of timestamptz, is_finished boolean
);
create table if not exists {{ build_state('known_loads') }} (load_id varchar);
create table if not exists {{ build_state('raw_rows') }} (table_name varchar, count_rows bigint);
create table if not exists {{ build_state('contents') }} (invocation_id varchar, relation varchar, content varchar);
create table if not exists {{ build_state('models') }} (
    model varchar, invocation_id varchar, statement varchar, inputs varchar, reason_for_full varchar
);
create or replace table {{ build_state('raw_rows_now') }} as
    {% for table in incident_tables() %}
        select
            '{{ table }}' as table_name,
            count(*) as count_rows
        from {{ source('raw_incident_io', table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %};
create or replace table {{ build_state('loads_now') }} as
    select load_id
    from {{ raw.incorporate(path={'identifier': '_dlt_loads'}) }}
    where status = 0;
create or replace table {{ build_state('this_build') }} as
    select
        '{{ invocation_id }}' as invocation_id,
        {{ as_of() }} as as_of,
        version() as engine,
        '{{ project_version() }}' as project,
        {{ pseudonym("'build'") }} as pseudonym,
        case
            when {{ flags.FULL_REFRESH }} then 'a full build was asked for'
            -- What changed may be said by models that are left out.
            when {{ not builds_every_model() }} then 'only some models are built'
            when previous.invocation_id is null then 'there is no earlier build'
            when not previous.is_finished then 'the build before did not finish'
            when previous.as_of > {{ as_of() }} then 'the build before was of a later instant'
            when previous.engine <> version() then 'another version of the engine built the marts'
            when previous.project <> '{{ project_version() }}' then 'the models are of another version'
            when previous.pseudonym is distinct from {{ pseudonym("'build'") }} then 'the salt of the pseudonyms is another'
            when
                exists (
                    select 1
                    from {{ build_state('raw_rows') }} as before
                    inner join {{ build_state('raw_rows_now') }} as now on before.table_name = now.table_name
                    where now.count_rows < before.count_rows
                )
                then 'rows have left the raw tables'
        end as reason_for_full,
        previous.as_of as previous_as_of,
        false as is_finished
    from (select 1) as this_build
    left join {{ build_state('this_build') }} as previous on true
{%- endmacro %}

{% macro every_model() -%}
    {{ return(graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list) }}
{%- endmacro %}

{# Whether the selection of this command leaves no model out. #}
{% macro builds_every_model() -%}
    {{ return(not (every_model() | map(attribute='unique_id') | reject('in', selected_resources) | list)) }}
{%- endmacro %}

{# A text that differs when a model of the project does, its columns and their descriptions included (a build that goes on leaves
   the types and comments of a table as they are), or the function that all of them call. #}
{% macro project_version() -%}
    {%- set checksums = [create_fold_text()] -%}
    {%- for node in every_model() -%}
        {%- do checksums.append([node.name, node.checksum.checksum, node.description, node.columns] | string) -%}
    {%- endfor -%}
    {{ return(local_md5(checksums | sort | join(' '))) }}
{%- endmacro %}

{# Run after everything: remembers the build where every model of the project was built and nothing failed. #}
{% macro end_build(results) -%}
    {%- if is_build() -%}
        {%- set bad = results | map(attribute='status') | map('string') | select('in', ['error', 'fail', 'skipped']) | list -%}
        {%- if builds_every_model() and not (bad or flags.EMPTY or flags.SAMPLE) -%}
            {%- do run_query(adapter.dispatch('end_build')()) -%}
        {%- endif -%}
    {%- endif -%}
    select 1
{%- endmacro %}

{% macro duckdb__end_build() -%}
begin;
create or replace table {{ build_state('known_loads') }} as from {{ build_state('loads_now') }};
create or replace table {{ build_state('raw_rows') }} as from {{ build_state('raw_rows_now') }};
delete from {{ build_state('contents') }};
update {{ build_state('this_build') }} set is_finished = true;
commit
{%- endmacro %}

{# Whether this build goes on from the last one, for the models that say what has changed since. #}
{% macro goes_on() -%}
    {%- if not is_build() -%} {{ return(false) }} {%- endif -%}
    {%- set this_build = run_query('select reason_for_full from ' ~ build_state('this_build')) -%}
    {{ return(this_build.rows[0][0] is none) }}
{%- endmacro %}

{# A model without a dependency on it: what the last build made of it, for models that are built before it in this one. #}
{% macro former(name, schema='intermediate') -%}
    {{ return(api.Relation.create(database=target.database, schema=schema, identifier=name)) }}
{%- endmacro %}

{# Whether the load with this id has come in since the last build that this one goes on from; a load that was not complete then
   has. `false` where there is none, as below. #}
{% macro is_newly_loaded(load_id) -%}
    {%- if goes_on() -%}
        {{ load_id }} not in (select known_loads.load_id from {{ build_state('known_loads') }} as known_loads)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{# Whether an instant lay after the instant of that build. #}
{% macro is_after_last_build(instant) -%}
    {%- if goes_on() -%}
        {{ instant }} > (select this_build.previous_as_of from {{ build_state('this_build') }} as this_build)
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
