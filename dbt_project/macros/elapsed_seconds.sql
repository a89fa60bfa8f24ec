{# Whole elapsed seconds between two instants; NULL when one is unknown or the end lies before the start.
   Counted on the time line (a day with a clock change has 23 or 25 hours), and not with date_diff, which counts
   crossed second boundaries. #}
{% macro elapsed_seconds(start_at, end_at) -%}
    case
        when {{ end_at }} >= {{ start_at }}
            then (epoch_us({{ end_at }}) - epoch_us({{ start_at }})) // 1000000
    end
{%- endmacro %}
