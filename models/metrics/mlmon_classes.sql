{{ config(materialized='mlmon_windows', meta={'mlmon_replaces': 'to_judge'}) }}
{{ mlmon.table_layout() }}
{%- set key = mlmon.window_columns() %}
-- depends_on: {{ ref('mlmon_windows_to_judge') }}
with outcomes as (
    select outcomes.*
    from {{ ref('mlmon_outcomes') }} as outcomes
    {{ mlmon.only_declared_segments('outcomes') }}
    {{- mlmon.only_windows_to_judge('outcomes') }}
),

folded as (
    {{ mlmon.folded_classes('outcomes', key) }}
),

{{ mlmon.one_vs_rest('folded', key, true) }}

select
    {% for name in key %}class_rates.{{ name }}, {% endfor %}
    class_rates.class, class_rates.n_predicted, class_rates.n_whole as n_labelled, class_rates.n_positive,
    class_rates.tp, class_rates.n_judged - class_rates.tp as fp, class_rates.tn, class_rates.n_positive - class_rates.tp as fn,
    class_rates.class_precision as {{ mlmon.metric_column('precision') }}, class_rates.class_recall as recall,
    class_rates.class_specificity as specificity, class_rates.class_f1 as f1,
    class_areas.class_roc_auc as roc_auc, class_areas.class_pr_auc as pr_auc,
    calendar.is_mature
from class_rates
left join class_areas on {{ mlmon.same_row('class_areas', 'class_rates', key + ['class']) }}
left join {{ ref('mlmon_calendar') }} as calendar on calendar.monitor = class_rates.monitor and calendar.window_start = class_rates.window_start
