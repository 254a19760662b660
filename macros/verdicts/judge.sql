{#- What default verdicts say of tests, as a query: all columns of `tests` and q_value, status, side, warn_threshold, error_threshold, min_effect, min_effect_error,
    is_clean. A run and a backtest both call it.

    `tests`: a relation, a row a number, with monitor, model_version, window_start, segment, segment_value, family, subject, metric, compared_to, verdict, value, baseline,
    median_value, higher_is_better, alpha, warn_size, error_size, effect, p_value.
    q_value: Benjamini and Hochberg (1995) over the tests of one monitor, window, baseline, family and kind of verdict; NULLs are ranked last and stay NULL.
    is_clean: evidence that a number has come back, by which an incident closes: that it is no breach is not enough, for a value that wanders about its bound is
    none in half of its windows. Compatible with the baseline (p above 0.1), or an effect well inside what warns. -#}
{% macro judge(tests) -%}
select
    corrected.*,
    case
        when q_value is null or effect is null then 'insufficient_data'
        when q_value <= alpha and effect >= min_effect_error then 'error'
        when q_value <= alpha and effect >= min_effect then 'warn'
        else 'ok'
    end as status
from (
    select
        adjusted.*,
        {{ mlmon.by_verdict('bound', 'warn_size') }} as warn_threshold,
        {{ mlmon.by_verdict('bound', 'error_size') }} as error_threshold,
        {{ mlmon.by_verdict('required', 'warn_size') }} as min_effect,
        {{ mlmon.by_verdict('required', 'error_size') }} as min_effect_error,
        {{ mlmon.by_verdict('side') }} as side,
        coalesce(p_value > 0.1, false) or coalesce(effect <= {{ mlmon.by_verdict('clean') }}, false) as is_clean
    from (
        {{ mlmon.q_values(tests, ['monitor', 'model_version', 'window_start', 'compared_to', 'family', 'verdict'], ['segment', 'segment_value', 'subject', 'metric']) | indent(8) }}
    ) as adjusted
) as corrected
{%- endmacro %}
