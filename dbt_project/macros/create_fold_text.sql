{# Written by tests/dbt/generate_fold_text.py; do not edit by hand.
   Function staging.fold_text(original): the text stripped of Unicode white space and fully case folded, equal to
   Python's strip().casefold(); NULL stays NULL. It is DuckDB's lower() plus the code points where full case
   folding differs from it. #}
{% macro create_fold_text() -%}
    {{ return(adapter.dispatch('create_fold_text')()) }}
{%- endmacro %}

{% macro default__create_fold_text() -%}
    select 1
{%- endmacro %}

{% macro duckdb__create_fold_text() -%}
create schema if not exists staging;
-- Hardly any text begins or ends with white space, and to look for it is a tenth of the work of trimming.
create or replace macro staging.strip_text(original) as
    case
        when original >= '!' and original < chr(127) and right(original, 1) between '!' and '~' then original
        else trim(
            original,
            chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28)
            || chr(29) || chr(30) || chr(31) || chr(32) || chr(133) || chr(160)
            || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196)
            || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202)
            || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288)
        )
    end;
create or replace macro staging.fold_beyond_ascii(stripped) as
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
replace(replace(replace(replace(replace(
    translate(
        lower(replace(stripped, 'İ', 'i̇')),
        'µſͅςϐϑϕϖϰϱϵꭰꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯꮰꮱꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻꮼꮽꮾꮿᏸᏹᏺᏻᏼᏽᲀᲁᲂᲃᲄᲅᲆᲇᲈẛι',
        'μsισβθφπκρεᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟᏠᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫᏬᏭᏮᏯᏰᏱᏲᏳᏴᏵвдосттъѣꙋṡι'
    )
, 'ß', 'ss'), 'ŉ', 'ʼn'), 'ǰ', 'ǰ')
, 'ΐ', 'ΐ'), 'ΰ', 'ΰ'), 'և', 'եւ')
, 'ẖ', 'ẖ'), 'ẗ', 'ẗ'), 'ẘ', 'ẘ')
, 'ẙ', 'ẙ'), 'ẚ', 'aʾ'), 'ὐ', 'ὐ')
, 'ὒ', 'ὒ'), 'ὔ', 'ὔ'), 'ὖ', 'ὖ')
, 'ᾀ', 'ἀι'), 'ᾁ', 'ἁι'), 'ᾂ', 'ἂι')
, 'ᾃ', 'ἃι'), 'ᾄ', 'ἄι'), 'ᾅ', 'ἅι')
, 'ᾆ', 'ἆι'), 'ᾇ', 'ἇι'), 'ᾐ', 'ἠι')
, 'ᾑ', 'ἡι'), 'ᾒ', 'ἢι'), 'ᾓ', 'ἣι')
, 'ᾔ', 'ἤι'), 'ᾕ', 'ἥι'), 'ᾖ', 'ἦι')
, 'ᾗ', 'ἧι'), 'ᾠ', 'ὠι'), 'ᾡ', 'ὡι')
, 'ᾢ', 'ὢι'), 'ᾣ', 'ὣι'), 'ᾤ', 'ὤι')
, 'ᾥ', 'ὥι'), 'ᾦ', 'ὦι'), 'ᾧ', 'ὧι')
, 'ᾲ', 'ὰι'), 'ᾳ', 'αι'), 'ᾴ', 'άι')
, 'ᾶ', 'ᾶ'), 'ᾷ', 'ᾶι'), 'ῂ', 'ὴι')
, 'ῃ', 'ηι'), 'ῄ', 'ήι'), 'ῆ', 'ῆ')
, 'ῇ', 'ῆι'), 'ῒ', 'ῒ'), 'ΐ', 'ΐ')
, 'ῖ', 'ῖ'), 'ῗ', 'ῗ'), 'ῢ', 'ῢ')
, 'ΰ', 'ΰ'), 'ῤ', 'ῤ'), 'ῦ', 'ῦ')
, 'ῧ', 'ῧ'), 'ῲ', 'ὼι'), 'ῳ', 'ωι')
, 'ῴ', 'ώι'), 'ῶ', 'ῶ'), 'ῷ', 'ῶι')
, 'ﬀ', 'ff'), 'ﬁ', 'fi'), 'ﬂ', 'fl')
, 'ﬃ', 'ffi'), 'ﬄ', 'ffl'), 'ﬅ', 'st')
, 'ﬆ', 'st'), 'ﬓ', 'մն'), 'ﬔ', 'մե')
, 'ﬕ', 'մի'), 'ﬖ', 'վն'), 'ﬗ', 'մխ');
-- Nearly all texts are ASCII (as many bytes as characters), where lower-casing is all there is to do.
create or replace macro staging.fold_text(original) as
    case
        when strlen(original) = length(original) then lower(staging.strip_text(original))
        else staging.fold_beyond_ascii(staging.strip_text(original))
    end
{%- endmacro %}
