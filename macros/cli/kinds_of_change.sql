{#- What kind of change made the performance of binary and regression models move, of the groups that are asked about -> {group_id: {change_is, inputs_share, prior_share, base_rate_now, base_rate_before}};
    what is not known is none. `heads`: rows of groups, with those of `group_stories`; `asked`: ids of groups. -#}
{% macro kinds_of_change(heads, asked) %}
    {%- set found, wanted = {}, [] -%}
    {%- set nothing = {'change_is': none, 'inputs_share': none, 'prior_share': none, 'base_rate_now': none, 'base_rate_before': none} -%}
    {%- set monitors = mlmon.monitors() | selectattr('task', 'in', ['binary', 'regression']) | map(attribute='name') | list -%}
    {%- for group in heads -%}
        {%- do found.update({group.group_id: nothing}) -%}
        {%- if group.group_id in asked and group.family == 'performance' and group.monitor in monitors -%}{%- do wanted.append(group) -%}{%- endif -%}
    {%- endfor -%}
    {%- if wanted -%}
        {%- for row in mlmon.query_rows(mlmon.changes_by_kind(wanted, mlmon.built_table('mlmon_outcomes'))) -%}
            {%- do found.update({row.group_id: row}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


{#- The same as a query. Scores and labels of the windows since a headline broke are compared with the reference's, in ten groups of scores. The likelihood ratio of their joint change is the sum
    of that of the scores and that of labels at equal score; and also that of the base rate and that of scores of equal label (chain rule). So a change is

    data: what caused the group is NULL, invalid or unseen values, or the volume (`cause_kind`)
    inputs: at equal score labels are as they were
    prior: at equal label scores are as they were
    concept: neither: a score does not mean what it meant

    A part explains a change if it is four fifths of it (less what chance gives: its degrees of freedom), or two thirds where the rest is no more than chance.

    Labels that are numbers are compared at equal score by their mean and by the mean absolute error, each as a squared difference over its variance (Wald); what the scores of equal labels are
    is not known from the sums, and no change is called `prior`. Where there are no positives to count, labels are numbers. -#}
{% macro changes_by_kind(wanted, outcomes) -%}
{%- set double = mlmon.sql_type('double') -%}
{%- set means = {'centered_label_total': 'centered_label_sq', 'abs_error_total': 'squared_error_total'} -%}
{%- set summed = means.keys() | list + means.values() | list -%}
with wanted as (
    {% for group in wanted -%}
    select
        {{ mlmon.text_literal(group.group_id) }} as group_id, {{ mlmon.text_literal(group.monitor) }} as monitor, {{ mlmon.text_literal(group.model_version) }} as model_version,
        {{ mlmon.text_literal(group.segment) }} as segment, {{ mlmon.text_literal(group.segment_value) }} as segment_value,
        {{ mlmon.row_moment(group.first_breach_at) }} as first_at, {{ mlmon.row_moment(group.last_breach_at) }} as last_at,
        {{ 1 if group.cause_kind in ['data', 'volume'] else 0 }} as is_data
    {{ "union all" if not loop.last }}
    {% endfor -%}
),

counted as (
    select
        wanted.group_id, outcomes.bin, case when outcomes.is_reference then 0 else 1 end as side,
        cast(sum(outcomes.n_scored) as {{ double }}) as n, cast(sum(outcomes.n_positive) as {{ double }}) as k
        {%- for name in summed %}, sum(outcomes.{{ name }}) as {{ name }}{% endfor %}
    from {{ outcomes }} as outcomes
    inner join wanted
        on wanted.monitor = outcomes.monitor and wanted.segment = outcomes.segment and wanted.segment_value = outcomes.segment_value
        and ((outcomes.is_reference and outcomes.model_version = 'all')
            or (not outcomes.is_reference and outcomes.model_version = wanted.model_version and outcomes.window_start >= wanted.first_at and outcomes.window_start <= wanted.last_at))
    where outcomes.monitor in ({{ mlmon.text_literals(wanted | map(attribute='monitor') | list) }}) and outcomes.bin not in ('null', 'invalid') and outcomes.n_scored > 0
    group by wanted.group_id, outcomes.bin, case when outcomes.is_reference then 0 else 1 end
),

-- ten groups of scores, as the reference has them: by the middle of each bin
of_reference as (
    select
        group_id, bin, n,
        sum(n) over (partition by group_id order by bin rows unbounded preceding) as n_up_to,
        sum(n) over (partition by group_id) as n_in_all
    from (
        select group_id, bin, sum(case when side = 0 then n else 0 end) as n
        from counted
        group by group_id, bin
    ) as bins
),

grouped as (
    select counted.group_id, floor(10 * (of_reference.n_up_to - 0.5 * of_reference.n) / of_reference.n_in_all) as score_group, counted.side, sum(counted.n) as n, sum(counted.k) as k
        {%- for name in summed %}, sum(counted.{{ name }}) as {{ name }}{% endfor %}
    from counted
    inner join of_reference on of_reference.group_id = counted.group_id and of_reference.bin = counted.bin
    where of_reference.n_in_all > 0
    group by counted.group_id, floor(10 * (of_reference.n_up_to - 0.5 * of_reference.n) / of_reference.n_in_all), counted.side
),

sides as (
    select group_id, side, sum(n) as n, sum(k) as k
    from grouped
    group by group_id, side
),

totals as (
    select
        group_id, sum(n) as n, sum(k) as k,
        sum({{ mlmon.n_log_n('n') }}) as of_sides, sum({{ mlmon.n_log_n('k') }} + {{ mlmon.n_log_n('n - k') }}) as of_labels,
        max(case when side = 1 then {{ mlmon.ratio('k', 'n') }} end) as base_rate_now, max(case when side = 0 then {{ mlmon.ratio('k', 'n') }} end) as base_rate_before
    from sides
    group by group_id
    having count(*) = 2
),

whole_groups as (
    select group_id, score_group, sum(n) as n, sum(k) as k
    from grouped
    group by group_id, score_group
),

of_cells as (
    select group_id, sum({{ mlmon.n_log_n('n') }}) as of_scores, sum({{ mlmon.n_log_n('k') }} + {{ mlmon.n_log_n('n - k') }}) as of_both
    from grouped
    group by group_id
),

of_whole_cells as (
    select
        group_id, sum({{ mlmon.n_log_n('n') }}) as of_scores, sum({{ mlmon.n_log_n('k') }} + {{ mlmon.n_log_n('n - k') }}) as of_both,
        cast(count(*) as {{ double }}) as n_groups
    from whole_groups
    group by group_id
),

-- labels that are numbers, at equal score
of_means as (
    select
        counts.group_id,
        sum({% for mean, squares in means.items() %}{{ ' + ' if not loop.first }}coalesce({{ mlmon.square('counts.' ~ mean ~ ' / counts.n - before.' ~ mean ~ ' / before.n') }} / nullif(
            {% for side in ['counts', 'before'] %}{{ ' + ' if not loop.first }}{{ mlmon.at_least('(' ~ side ~ '.' ~ squares ~ ' / ' ~ side ~ '.n - ' ~ mlmon.square(side ~ '.' ~ mean ~ ' / ' ~ side ~ '.n') ~ ')', 0) }} / {{ side }}.n{% endfor %}, 0
        ), 0){% endfor %}) as of_numbers,
        cast({{ means | length }} * count(*) as {{ double }}) as n_numbers
    from grouped as counts
    inner join grouped as before on before.group_id = counts.group_id and before.score_group = counts.score_group and before.side = 0
    where counts.side = 1 and counts.n >= 10 and before.n >= 10
    group by counts.group_id
),

-- likelihood ratios (G): of the scores, of labels at equal score, and of labels
ratios as (
    select
        totals.*, of_whole_cells.n_groups,
        2 * (of_cells.of_scores - of_whole_cells.of_scores - totals.of_sides + {{ mlmon.n_log_n('totals.n') }}) as of_score,
        case when totals.k is not null then 2 * (of_cells.of_both - of_whole_cells.of_both - of_cells.of_scores + of_whole_cells.of_scores) else of_means.of_numbers end as of_rest,
        case when totals.k is not null then of_whole_cells.n_groups else of_means.n_numbers end as n_rest,
        case when totals.k is not null
            then 2 * (totals.of_labels - {{ mlmon.n_log_n('totals.k') }} - {{ mlmon.n_log_n('totals.n - totals.k') }} - totals.of_sides + {{ mlmon.n_log_n('totals.n') }})
        end as of_label
    from totals
    inner join of_cells on of_cells.group_id = totals.group_id
    inner join of_whole_cells on of_whole_cells.group_id = totals.group_id
    left join of_means on of_means.group_id = totals.group_id
),

-- with their degrees of freedom
joint_ratios as (
    select *, of_score + of_rest as of_joint, n_groups - 1 + n_rest as n_joint
    from ratios
),

shares as (
    select
        *,
        (of_score - (n_groups - 1)) / nullif(of_joint - n_joint, 0) as inputs_share,
        (of_label - 1) / nullif(of_joint - n_joint, 0) as prior_share,
        case when of_joint > {{ mlmon.beyond_chance('n_joint') }} then 1 else 0 end as is_changed,
        case when of_rest <= {{ mlmon.beyond_chance('n_rest') }} then 2.0 / 3 else 0.8 end as least_inputs,
        case when of_joint - of_label <= {{ mlmon.beyond_chance('n_joint - 1') }} then 2.0 / 3 else 0.8 end as least_prior
    from joint_ratios
)

select
    wanted.group_id,
    case
        when wanted.is_data = 1 then 'data'
        when shares.is_changed = 0 then null
        when shares.inputs_share >= shares.least_inputs and shares.inputs_share >= coalesce(shares.prior_share, shares.inputs_share) then 'inputs'
        when shares.prior_share >= shares.least_prior then 'prior'
        when shares.inputs_share >= shares.least_inputs then 'inputs'
        when shares.inputs_share is not null then 'concept'
    end as change_is,
    {% for name in ['inputs_share', 'prior_share'] -%}
    case when shares.is_changed = 1 then case when shares.{{ name }} < 0 then 0 when shares.{{ name }} > 1 then 1 else shares.{{ name }} end end as {{ name }},
    {% endfor -%}
    shares.base_rate_now, shares.base_rate_before
from wanted
left join shares on shares.group_id = wanted.group_id
{%- endmacro %}


{#- n ln n, 0 for none -> SQL. -#}
{% macro n_log_n(n) -%}case when {{ n }} > 0 then ({{ n }}) * ln({{ n }}) else 0 end{%- endmacro %}


{#- The upper end of what chance gives a chi-square: its mean and three standard deviations -> SQL. -#}
{% macro beyond_chance(df) -%}{{ df }} + 3 * sqrt(2 * ({{ df }})){%- endmacro %}
