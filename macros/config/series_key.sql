{#- What tells one series of numbers from another: a metric of a subject in a segment, for all rows or for one version, against a baseline. `without` leaves
    some of it out.
    `column_role` is the role of the column that drifts (feature, score, prediction, latency) and an empty text for whatever is no column, so that rows join by
    equality. mlmon_cli.report.SERIES_KEY is the same. -#}
{% macro series_key(without=[]) %}
    {{ return(['monitor', 'model_version', 'segment', 'segment_value', 'family', 'subject', 'column_role', 'metric', 'compared_to'] | reject('in', without) | list) }}
{% endmacro %}
