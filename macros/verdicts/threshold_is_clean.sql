{#- Evidence that a number has come back, by a threshold that a user wrote: at least half of the way from the bound to the baseline, or a twentieth of the bound inside it where there is no baseline
    on its good side; on both sides where it has two. `value`, `baseline`: expressions; `thresholds`: a relation with the columns of mlmon_rules. -#}
{% macro threshold_is_clean(value, baseline, thresholds) -%}
    {%- for side, sign in [('above', 1), ('below', -1)] %}
    {%- set bound = 'coalesce(' ~ thresholds ~ '.warn_' ~ side ~ ', ' ~ thresholds ~ '.error_' ~ side ~ ')' %}
    coalesce(
        {{ sign }} * ({{ bound }} - {{ value }}) >= case
            when {{ sign }} * ({{ bound }} - {{ baseline }}) > 0 then 0.5 * abs({{ bound }} - {{ baseline }})
            else 0.05 * abs({{ bound }})
        end,
        {{ bound }} is null
    ){{ ' and' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
