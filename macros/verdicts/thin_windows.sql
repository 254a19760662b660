{#- The windows in which significantly fewer predictions have their label than in the reference, by five points or more, as a query of their keys. `measured`,
    `baselines`, `monitors`: what to select from, with the columns of mlmon_measured, baselines_by_phase and mlmon_monitors. -#}
{% macro thin_windows(measured, baselines, monitors) -%}
{%- set key = ['monitor', 'model_version', 'window_start', 'segment', 'segment_value', 'compared_to'] -%}
    select {{ key | join(', ') }}
    from (
        select
            coverage.*,
            {{ mlmon.grown_share_z() }} as z
        from (
            select
                compared.*, {{ mlmon.missed_share("'label_coverage'", 'value') }} as share, dispersion * (1 + {{ mlmon.ratio('n', 'baseline_n') }}) as inflation,
                {{ mlmon.at_least(mlmon.missed_share("'label_coverage'", 'baseline'), mlmon.ratio('1', '(baseline_n + 1)')) }} as usual_share
            from (
                select
                    {% for name in key %}measured.{{ name }}, {% endfor %}measured.value, measured.n, monitors.alpha, monitors.min_rows,
                    baselines.baseline, baselines.dispersion, baselines.baseline_n
                from {{ measured }} as measured
                inner join {{ monitors }} as monitors on monitors.monitor = measured.monitor
                inner join {{ baselines }} as baselines
                    on {{ mlmon.is_its_baseline('baselines', 'measured', mlmon.phase_of('measured')) }}
                where measured.family = 'performance' and measured.metric = 'label_coverage'
            ) as compared
        ) as coverage
    ) as scored
    where n >= min_rows and baseline - value >= 0.05 and {{ mlmon.normal_tail('z') }} <= alpha
{%- endmacro %}
