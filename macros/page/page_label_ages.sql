{#- How many of the predictions have their label so many windows later: of the reference's windows, and of each month since. -#}
{% macro page_label_ages(scope) %}
    {%- set query -%}
        select {{ mlmon.page_era('is_reference') }} as era, segment, segment_value, age_windows, sum(n_due) as n_due, {{ mlmon.ratio('sum(n_labelled)', 'sum(n_due)') }} as share
        from {{ mlmon.built_table('mlmon_label_ages') }}
        where {{ scope.where }} and model_version = 'all' and n_due > 0
        group by {{ mlmon.page_era('is_reference') }}, segment, segment_value, age_windows
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'label_ages', query, ['era', 'segment', 'segment_value'], {'age_windows': 'count', 'n_due': 'count', 'share': 'number'}, 'age_windows') -%}
{% endmacro %}


{#- The part of history that a window is shown with where windows are added up: the reference, or a month after it -> SQL text. -#}
{% macro page_era(is_reference) -%}
    case when {{ is_reference }} then 'reference' else substring({{ mlmon.timestamp_text(mlmon.truncate_timestamp('month', 'window_start')) }}, 1, 7) end
{%- endmacro %}
