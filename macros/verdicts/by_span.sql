{#- The drift of a column over one window and over seven is one thing to a person, and so is a number that left several baselines -> SQL, 1 for the incident of a group
    that counts for all of them. `of`: what stands before a column. -#}
{% macro by_span(of='') -%}
row_number() over (
    partition by {{ of }}group_id, {% for name in mlmon.series_key(without=['monitor', 'metric', 'compared_to']) %}{{ of }}{{ name }}, {% endfor %}
        case {{ of }}metric
            {%- for metric in mlmon.declared_metrics().drift.metrics if metric.pools %} when '{{ metric.metric }}' then '{{ metric.pools }}'{% endfor %}
            else {{ of }}metric
        end
    order by {{ of }}status desc, {{ of }}severity, {{ of }}opened_at, {{ of }}metric, {{ of }}compared_to
)
{%- endmacro %}
