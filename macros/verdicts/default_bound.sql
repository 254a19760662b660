{#- The value at which a default verdict's effect size is reached, for people to read beside the number. -#}
{% macro default_bound(size) -%}
    case verdict
        when 'relative_drop' then baseline - {{ size }} * abs(baseline)
        when 'kpi' then baseline - case when higher_is_better = 0 then -1 else 1 end * {{ size }} * abs(baseline)
        when 'relative_rise' then baseline + {{ size }} * abs(baseline)
        when 'share_rise' then baseline + {{ size }}
        when 'share_drop' then baseline - {{ size }}
        when 'share_shift' then {{ mlmon.shifted_share('baseline', 'value', size) }}
        -- what NULLs and the usual add to the value is no effect
        when 'drift' then value - effect + {{ size }}
        when 'seasonal_band' then median_value * (1 + case when value < median_value then -1 else 1 end * {{ size }})
        else {{ size }}
    end
{%- endmacro %}


{#- On which side of its bound a default verdict finds a number to be bad. -#}
{% macro default_side() -%}
    case
        when verdict in ('relative_drop', 'share_drop', 'ratio_bound') then 'below'
        when verdict = 'share_shift' then case when value < baseline then 'below' else 'above' end
        when verdict = 'kpi' then case when higher_is_better = 0 then 'above' else 'below' end
        when verdict = 'seasonal_band' then case when value < median_value then 'below' else 'above' end
        else 'above'
    end
{%- endmacro %}


{#- The effect size that a default verdict asks for. A ratio's effect is its distance below the bound that warns. -#}
{% macro default_effect(size) -%}
    case when verdict = 'ratio_bound' then warn_size - {{ size }} else {{ size }} end
{%- endmacro %}


{#- The status that a default verdict gives. -#}
{% macro default_status() -%}
    case
        when q_value is null or effect is null then 'insufficient_data'
        when q_value <= alpha and effect >= {{ mlmon.default_effect('error_size') }} then 'error'
        when q_value <= alpha and effect >= {{ mlmon.default_effect('warn_size') }} then 'warn'
        else 'ok'
    end
{%- endmacro %}
