{#- What a metric of performance missed, as a share of its count: 1 less the metric; for F1, which is no share, 1 less the Jaccard index that it is a function
    of, whose count is tp + fp + fn. A metric that is a share of something bad is taken as it is. -#}
{% macro missed_share(metric, value) -%}
    case
        when {{ metric }} = 'f1' then 1 - {{ value }} / (2 - {{ value }})
        when {{ metric }} in ('precision', 'recall', 'accuracy', 'label_coverage') then 1 - {{ value }}
        else {{ value }}
    end
{%- endmacro %}
