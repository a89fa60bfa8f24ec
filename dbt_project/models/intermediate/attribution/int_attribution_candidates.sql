-- One row per incident, step of the chain, team and source that speaks for it: everything that was found, winning or not.
{{ incremental_by('incident_id') }}

{% for step in attribution_steps() %}
    select
        incident_id,
        '{{ step }}' as attribution_step,
        {{ loop.index }} as step_priority,
        team_id,
        source_name,
        source_value,
        is_free_text,
        matched_by,
        field_priority,
        outranked_by,
        outranked_by is not null as is_outranked,
        seed_file,
        seed_line,
        owned_from,
        owned_to,
        ownership_assumed
    from {{ ref('int_candidates_' ~ step) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
