{#- Scores of a binary model, of the reference's windows and of each month since: how many predictions by tenth of the score, how many of the labelled came true (calibration), and
    what each tenth of the predictions, by their order, holds of the positives (deciles; a score bin that a cut goes through is divided in proportion). Windows with complete labels. -#}
{% macro page_scores(scope) %}
    {%- if scope.has_labels -%}
        {%- do mlmon.page_block(scope.monitor, 'calibration', mlmon.page_calibration_query(scope)) -%}
        {%- do mlmon.page_block(scope.monitor, 'deciles', mlmon.page_deciles_query(scope)) -%}
        {%- if scope.has_value -%}{%- do mlmon.page_thresholds(scope) -%}{%- endif -%}
    {%- endif -%}
    {%- set query -%}
        select era, {{ mlmon.page_part() | join(', ') }}, tenth, sum(n_predictions) as n, {{ mlmon.ratio('sum(n_predictions)', 'sum(sum(n_predictions)) over (partition by era, ' ~ mlmon.page_part() | join(', ') ~ ')') }} as share
        from (
        {{ mlmon.page_scored(scope) }}
        ) as scored
        group by era, {{ mlmon.page_part() | join(', ') }}, tenth
        order by {{ mlmon.page_part() | join(', ') }}, era, tenth
    {%- endset -%}
    {%- do mlmon.page_block(scope.monitor, 'scores', query) -%}
{% endmacro %}


{#- The score bins of the windows shown, with their era and their tenth of the score: 1 for 0 to 0.1. -#}
{% macro page_scored(scope) -%}
    select
        {{ mlmon.page_era('outcomes.is_reference') }} as era, outcomes.model_version, outcomes.segment, outcomes.segment_value, outcomes.bin, outcomes.window_start,
        {{ mlmon.score_tenth('bins.upper') }} as tenth,
        outcomes.n_predictions, outcomes.n_labelled, outcomes.n_positive, outcomes.n_scored, outcomes.score_total
    from (
        select * from {{ mlmon.built_table('mlmon_outcomes') }}
        where {{ scope.where }} and bin not in ('null', 'invalid', 'all') and (model_version = 'all' or segment = 'overall')
    ) as outcomes
    left join (
        select bin, max(upper) as upper
        from {{ mlmon.built_table('mlmon_reference') }}
        where monitor = {{ mlmon.text_literal(scope.monitor) }} and segment = 'overall' and column_role = 'score'
        group by bin
    ) as bins on bins.bin = outcomes.bin
    inner join (
        select distinct segment, segment_value from {{ mlmon.built_table('mlmon_operations') }} where {{ scope.where }}
    ) as parts on parts.segment = outcomes.segment and parts.segment_value = outcomes.segment_value
{%- endmacro %}


{#- The same of windows whose labels are complete. -#}
{% macro page_scored_mature(scope) -%}
    select scored.*
    from (
        {{ mlmon.page_scored(scope) }}
    ) as scored
    inner join (
        select window_start from {{ mlmon.built_table('mlmon_performance') }}
        where {{ scope.where }} and is_mature and segment = 'overall' and model_version = 'all'
    ) as mature on mature.window_start = scored.window_start
    where scored.n_scored > 0
{%- endmacro %}


{% macro page_calibration_query(scope) -%}
    select
        era, {{ mlmon.page_part() | join(', ') }}, tenth, sum(n_scored) as n, {{ mlmon.ratio('sum(score_total)', 'sum(n_scored)') }} as score,
        {{ mlmon.ratio('sum(n_positive)', 'sum(n_scored)') }} as observed, {{ mlmon.wilson('sum(n_positive)', 'sum(n_scored)', '-') }} as low,
        {{ mlmon.wilson('sum(n_positive)', 'sum(n_scored)', '+') }} as high
    from (
        {{ mlmon.page_scored_mature(scope) }}
    ) as scored
    group by era, {{ mlmon.page_part() | join(', ') }}, tenth
    order by {{ mlmon.page_part() | join(', ') }}, era, tenth
{%- endmacro %}


{% macro page_deciles_query(scope) -%}
    {%- set key = (['era'] + mlmon.page_part()) | join(', ') -%}
    with bins as (
        select {{ key }}, bin, sum(n_scored) as n, sum(n_positive) as n_positive
        from (
            {{ mlmon.page_scored_mature(scope) }}
        ) as scored
        group by {{ key }}, bin
    ),

    {{ mlmon.tenths('bins', key, 'n') }},

    tenths as (
        select {{ key }}, decile, n_whole, sum(share * n) as n, sum(share * n_positive) as n_positive
        from cuts
        group by {{ key }}, decile, n_whole
    ),

    cumulated as (
        select
            *,
            sum(n_positive) over (partition by {{ key }}) as positives,
            sum(n_positive) over (partition by {{ key }} order by decile rows unbounded preceding) as positives_to_here
        from tenths
    )

    select
        {{ key }}, decile, n, {{ mlmon.ratio('n_positive', 'n') }} as positive_rate,
        {{ mlmon.ratio('n_positive * n_whole', 'n * positives') }} as lift,
        {{ mlmon.ratio('positives_to_here', 'positives') }} as cumulative_gain
    from cumulated
    order by {{ (mlmon.page_part() + ['era']) | join(', ') }}, decile
{%- endmacro %}
