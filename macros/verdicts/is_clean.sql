{#- Evidence that a number has come back, by which an incident closes: that it is no breach is not enough, for a value that wanders about its bound is none
    in half of its windows. By a default verdict: compatible with the baseline (p above 0.1), or an effect of at most half of what warns; for a ratio, whose
    effect is measured from the bound, one that lies a twentieth inside it. -#}
{% macro default_is_clean() -%}
    coalesce(p_value > 0.1, false)
    or coalesce(effect <= case when verdict = 'ratio_bound' then -0.05 * warn_size else 0.5 * warn_size end, false)
{%- endmacro %}


{#- The same by a threshold that a user wrote: at least half of the way from the bound to the baseline, or a twentieth of the bound inside it where there is no baseline
    on its good side; on both sides where it has two. `value`, `baseline`: expressions; `thresholds`: a relation with the columns of mlmon_thresholds. -#}
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
