{#- What a change costs where the monitor says what outcomes are worth. -#}
{% macro value_metrics() %}
    {{ return({'table': 'mlmon_value', 'rank': 1, 'topic': 'outcome', 'waits_for_labels': true, 'subject': "'model'", 'compared_to': 'compared_to', 'n': 'n', 'labels': 'values', 'needs': ['value'], 'metrics': [
        {'metric': 'value_at_stake', 'unit': 'money a week', 'direction': 'lower_is_better', 'baseline': 'none', 'roll_up': 'none',
         'meaning': 'What the labeled predictions of the trailing windows are worth less than in the baseline, a week; below 0, more',
         'formula': '(business value of a prediction in the baseline * labeled predictions - their business value) * 7 days / span', 'source': 'mlmon'}
    ]}) }}
{% endmacro %}


{#- The numbers of mlmon_value with the columns of mlmon_measured, which they cannot be in: they rest on baselines, and these on it. -#}
{% macro value_rows() -%}
select *, {{ mlmon.double_literal(none) }} as weight
from (
    {{ mlmon.unpivoted('value') }}
) as of_value
where value is not null
{%- endmacro %}


{#- What is judged: mlmon_measured, and what is at stake where a threshold of any monitor asks for it; `replay`: or may, in the settings of a backtest. -#}
{% macro judged_relation(measured, replay=false) -%}
{%- if 'value_at_stake' in mlmon.judged_metrics() or (replay and mlmon.has_value()) -%}
(
        select * from {{ measured }}
        union all
        {{ mlmon.value_rows() }}
    )
{%- else -%}
{{ measured }}
{%- endif -%}
{%- endmacro %}


{#- Whether any monitor says what outcomes are worth. -#}
{% macro has_value() %}
    {%- for spec in mlmon.monitors() if spec.value -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}


{#- The value that a number which a written threshold judges returns to -> SQL over `measured` and `baselines`. Nothing lost is 0, as a difference has no baseline. -#}
{% macro returns_to() %}{{ return("case when measured.family = 'value' then 0 else baselines.whole_baseline end") }}{% endmacro %}
