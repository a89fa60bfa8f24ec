{# Why a model that is built by key is built in full this time; none when the changed rows are enough. #}

{# What the rows of a model are made from: `keyed`, models that are built by key themselves, and `contents`, relations in which one
   row can decide about any row of the model. Views of which meta.rows_of says that a row of theirs is of one incident are looked
   through: `views`, of which the statement counts. What is made of periods or windows is compared row by row elsewhere. #}
{% macro inputs_of(node) -%}
    {%- set found = {'keyed': [], 'contents': [], 'views': []} -%}
    {%- for unique_id in node.depends_on.nodes -%}
        {%- if unique_id.startswith('source.') -%}
            {%- set source_node = graph.sources[unique_id] -%}
            {%- if source_node.name not in incident_tables() -%}
                {%- do found.contents.append(source_node.relation_name) -%}
            {%- endif -%}
        {%- else -%}
            {%- set parent = graph.nodes[unique_id] -%}
            {%- set rows_of = parent.config.meta.get('rows_of') -%}
            {%- if parent.config.materialized == 'incremental_by_key' -%}
                {%- do found.keyed.append(parent.name) -%}
            {%- elif rows_of and parent.config.materialized == 'view' -%}
                {%- set further = inputs_of(parent) -%}
                {%- do found.views.extend([parent.relation_name] + further.views) -%}
                {%- do found.keyed.extend(further.keyed) -%}
                {%- do found.contents.extend(further.contents) -%}
            {%- elif not rows_of -%}
                {%- do found.contents.append(parent.relation_name) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for kind in found -%} {%- do found.update({kind: found[kind] | unique | sort}) -%} {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# A text that differs when the rows of the relations do, in whatever order they lie, or the statements of the views. Each is read
   once in a build. #}
{% macro contents_of(relations, views) -%}
    {%- if not relations + views -%} {{ return('') }} {%- endif -%}
    {%- set ours = "select relation, content from " ~ build_state('contents') ~ " where invocation_id = '" ~ invocation_id
        ~ "' and relation in (" ~ text_literals(relations + views) ~ ") order by relation" -%}
    {%- set found = namespace(rows=run_query(ours).rows) -%}
    {%- set known = found.rows | map(attribute=0) | list -%}
    {%- set unread = relations | reject('in', known) | list -%}
    {%- set unread_views = views | reject('in', known) | list -%}
    {%- if unread + unread_views -%}
        {%- do run_query(adapter.dispatch('read_contents')(unread, unread_views)) -%}
        {%- set found.rows = run_query(ours).rows -%}
    {%- endif -%}
    {%- set lines = [] -%}
    {%- for row in found.rows -%} {%- do lines.append(row[0] ~ ' ' ~ row[1]) -%} {%- endfor -%}
    {{ return(lines | join('; ')) }}
{%- endmacro %}

{% macro duckdb__read_contents(relations, views) -%}
insert into {{ build_state('contents') }}
    {% for relation in relations %}
        select
            '{{ invocation_id }}' as invocation_id,
            {{ text_literals([relation]) }} as relation,
            count(*) || ' ' || coalesce(sum(cast(hash(content) as hugeint)), 0) as content
        from {{ relation }} as content
        union all
    {% endfor %}
    select
        '{{ invocation_id }}' as invocation_id,
        format('"{}"."{}"."{}"', database_name, schema_name, view_name) as relation,
        md5(sql) as content
    from duckdb_views()
    where relation in ({{ text_literals(views + ['']) }})
{%- endmacro %}

{# What the statement of a model says, whatever the instant of the run. #}
{% macro statement_of(compiled) -%}
    {{ return(local_md5(compiled.replace(as_of() | string, 'as_of'))) }}
{%- endmacro %}

{% macro reason_for_full_build(statement, keyed, contents) -%}
    {%- set state -%}
        select
            this_build.reason_for_full,
            remembered.statement,
            remembered.inputs,
            (
                select min(parents.model)
                from {{ build_state('models') }} as parents
                where
                    parents.invocation_id = this_build.invocation_id
                    and parents.reason_for_full is not null
                    and parents.model in ({{ text_literals(keyed + ['']) }})
            ) as full_parent
        from {{ build_state('this_build') }} as this_build
        left join {{ build_state('models') }} as remembered on remembered.model = '{{ model.name }}'
    {%- endset -%}
    {%- set row = run_query(state).rows[0] -%}
    {%- if row[0] is not none -%} {{ return(row[0]) }}
    {%- elif load_cached_relation(this) is none -%} {{ return('it does not exist') }}
    {%- elif row[1] != statement -%} {{ return('its statement reads otherwise') }}
    {%- elif row[2] != contents -%} {{ return('other contents in ' ~ other_contents(row[2], contents)) }}
    {%- elif row[3] is not none -%} {{ return(row[3] ~ ' was built in full') }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro other_contents(before, now) -%}
    {%- set lines = (before or '').split('; ') -%}
    {%- set names = [] -%}
    {%- for line in now.split('; ') if line not in lines -%} {%- do names.append(line.split(' ')[0]) -%} {%- endfor -%}
    {{ return(names | join(', ')) }}
{%- endmacro %}
