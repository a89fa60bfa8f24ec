{# A failing row is a combination of columns that occurs more than once: the grain that the description states is broken. Only rows
   that share a hash with another one are compared, because numbers are grouped in a third of the time that texts take. #}
{% test unique_combination(model, columns) %}
with

shared_hashes as (
    select {{ row_hash(columns) }} as row_hash
    from {{ model }}
    group by {{ row_hash(columns) }}
    having count(*) > 1
)

select
    {{ columns | join(',\n    ') }},
    count(*) as count_rows
from {{ model }}
where {{ row_hash(columns) }} in (select shared_hashes.row_hash from shared_hashes)
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
