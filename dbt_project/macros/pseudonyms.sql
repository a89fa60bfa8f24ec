{# What the variable pii_mode does to names and e-mail addresses of people, and to texts that can hold them. #}

{# Whether people are published under pseudonyms. #}
{% macro is_pii_hashed() -%}
    {%- set mode = var('pii_mode') -%}
    {%- if mode not in ['plain', 'hashed'] -%}
        {{ exceptions.raise_compiler_error(
            "variable pii_mode is '" ~ mode ~ "': set it to 'plain' or 'hashed' in dbt_project.yml or with --vars"
        ) }}
    {%- endif -%}
    {{ return(mode == 'hashed') }}
{%- endmacro %}

{# The pseudonym of a text, equal for texts that are equal when folded: the first 64 bits of SHA-256 over salt and text.
   The salt is a variable of the session and not a literal: compiled statements are written to files and to dbt's log. #}
{% macro pseudonym(text) -%}
    {{ return(adapter.dispatch('pseudonym')(text)) }}
{%- endmacro %}

{% macro duckdb__pseudonym(text) -%}
    left(sha256(getvariable('pii_salt') || {{ fold_text(text) }}), 16)
{%- endmacro %}

{# A name or e-mail address of a person as it may be published. #}
{% macro personal_text(text) -%}
    {%- if is_pii_hashed() -%} {{ pseudonym(text) }} {%- else -%} {{ text }} {%- endif -%}
{%- endmacro %}

{# A text that people have typed, and in which they may have named somebody. #}
{% macro free_text(text) -%}
    {%- if is_pii_hashed() -%} cast(null as {{ dbt.type_string() }}) {%- else -%} {{ text }} {%- endif -%}
{%- endmacro %}

{# For `left join personal_texts on <this> = personal_texts.text_key`: the folded text, or a NULL that finds nothing and costs
   nothing while names are published as they are. #}
{% macro personal_text_key(text) -%}
    {%- if is_pii_hashed() -%} {{ fold_text(text) }} {%- else -%} cast(null as {{ dbt.type_string() }}) {%- endif -%}
{%- endmacro %}

{# A value chosen from a list: a pseudonym when that join found the name or address of a person in it. #}
{% macro listed_text(text) -%}
    case when personal_texts.text_key is not null then {{ pseudonym(text) }} else {{ text }} end
{%- endmacro %}

{# Run before anything is built: pseudonyms without a salt could be undone by trying names. #}
{% macro require_pii_salt() -%}
    {{ return(adapter.dispatch('require_pii_salt')()) }}
{%- endmacro %}

{% macro duckdb__require_pii_salt() -%}
    {%- if is_pii_hashed() -%}
        select case when coalesce(getvariable('pii_salt'), '') = '' then error(
            'pii_mode is hashed and there is no salt: set the environment variable DBT_ENV_SECRET_PII_SALT'
        ) end
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}
