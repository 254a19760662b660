{#- How a threshold that a user wrote judges a value: the columns side, warn_threshold, error_threshold, is_warn, is_error and effect. Of a threshold
    with two sides that one is shown which the value crossed. `value`: an expression; `thresholds`: the name of a relation with the columns of mlmon_rules. -#}
{% macro threshold_verdict(value, thresholds) -%}
{%- set is_below -%}
coalesce(
            {{ value }} < {{ thresholds }}.error_below
            or ({{ value }} < {{ thresholds }}.warn_below and not coalesce({{ value }} > {{ thresholds }}.error_above, false))
            or coalesce({{ thresholds }}.warn_above, {{ thresholds }}.error_above) is null,
            false
        )
{%- endset -%}
        case when {{ is_below }} then 'below' else 'above' end as side,
        case when {{ is_below }} then {{ thresholds }}.warn_below else {{ thresholds }}.warn_above end as warn_threshold,
        case when {{ is_below }} then {{ thresholds }}.error_below else {{ thresholds }}.error_above end as error_threshold,
        coalesce({{ value }} > {{ thresholds }}.warn_above, false) or coalesce({{ value }} < {{ thresholds }}.warn_below, false) as is_warn,
        coalesce({{ value }} > {{ thresholds }}.error_above, false) or coalesce({{ value }} < {{ thresholds }}.error_below, false) as is_error,
        greatest(
            coalesce({{ value }} - coalesce({{ thresholds }}.warn_above, {{ thresholds }}.error_above), -1e300),
            coalesce(coalesce({{ thresholds }}.warn_below, {{ thresholds }}.error_below) - {{ value }}, -1e300)
        ) as effect
{%- endmacro %}
