{#- What labels said of each score bin of a task's series, for each estimator: n labels and the sums named, as a query. An estimate as if no label were known rests on the reference;
    the rest of a window known in part, on the newest complete windows. `bins`: the CTE that has them, with learned_bin; `parts`: columns besides those of a series that tell some apart. -#}
{% macro labelled_bins(task, sums, bins='scored_bins', parts=[]) -%}
{%- set series = mlmon.estimate_series() + parts -%}
    select
        estimators.estimator, {% for name in series %}{{ bins }}.{{ name }}, {% endfor %}{{ bins }}.learned_bin as bin,
        sum({{ bins }}.n_scored) as n{% for name in sums %}, sum({{ bins }}.{{ name }}) as {{ name }}{% endfor %}
    from {{ bins }}
    cross join estimators
    left join recent_windows on recent_windows.monitor = {{ bins }}.monitor and recent_windows.window_start = {{ bins }}.window_start
    where
        {{ bins }}.task = '{{ task }}' and {{ mlmon.is_learned_from(bins, 'recent_windows') }}
    group by estimators.estimator, {% for name in series %}{{ bins }}.{{ name }}, {% endfor %}{{ bins }}.learned_bin
{%- endmacro %}


{#- Whether an estimator learns from a row of `bins` -> SQL condition; `recent`: left joined. -#}
{% macro is_learned_from(bins, recent) -%}
((estimators.estimator = 'calibrated' and {{ bins }}.is_reference) or (estimators.estimator = 'nowcast' and {{ recent }}.monitor is not null))
{%- endmacro %}


{#- Of what windows have estimates: the names of the key without the window. -#}
{% macro estimate_series() %}{{ return(['monitor', 'model_version', 'segment', 'segment_value']) }}{% endmacro %}
