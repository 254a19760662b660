{#- The rows of `source`, with class and label, as the rows that are counted: as they are, and with class scores once more for each class where all scores are known, of which `is_positive`
    says whether the label is that class (NULL where it is none of them), and `is_selected` whether the prediction is. The score of a class is counted by tenths of its log-odds, the same bins for every class; their edges are moved off the round numbers. -#}
{% macro rows_by_class(spec, source, names, row) -%}
{%- set columns, classes = names | join(', '), row.regrouped.classes if spec.labels else [] -%}
{%- set numbered = [{'number': 0, 'name': none}] -%}
{%- for name in classes -%}{%- do numbered.append({'number': loop.index, 'name': name}) -%}{%- endfor -%}
counted_rows as (
{%- if classes %}
    select
        {{ columns }}, class, label, is_score_row, has_label, is_positive, is_selected, score,
        case
            when not is_score_row then null
            when score <= 0.00000081 then 1
            when score >= 1 - 0.00000081 then 283
            else cast(floor((ln(score / (1 - score)) + 14.03) * 10) as {{ dbt.type_int() }}) + 2
        end as bin_number
    from (
        select
            {{ columns }},
            case when classes.number = 0 then logged.class else classes.name end as class,
            case when classes.number = 0 then logged.label end as label,
            (classes.number > 0) as is_score_row,
            (logged.label is not null) as has_label,
            case
                when classes.number = 0 then logged.class = logged.label
                when logged.label in ({{ mlmon.text_literals(classes) }}) then classes.name = logged.label
            end as is_positive,
            (classes.name = logged.class) as is_selected,
            case classes.number{% for name in classes %} when {{ loop.index }} then logged.score_{{ loop.index }}{% endfor %} end as score
        from {{ source }} as logged
        cross join (
            {{ mlmon.literal_rows({'number': 'int', 'name': 'text'}, numbered) }}
        ) as classes
        where
            classes.number = 0
            or (
                {% for name in classes %}{{ ' and ' if not loop.first }}{{ mlmon.is_valid('logged.score_' ~ loop.index, [0, 1]) }}{% endfor %}
            )
    ) as unfolded
{%- else %}
    select
        {{ columns }}, class, label, (1 = 0) as is_score_row, (label is not null) as has_label, (class = label) as is_positive, (1 = 0) as is_selected, {{ mlmon.double_literal(none) }} as score,
        cast(null as {{ dbt.type_int() }}) as bin_number
    from {{ source }} as logged
{%- endif %}
)
{%- endmacro %}


{#- The score in the middle of such a bin, by its number -> SQL. -#}
{% macro class_bin_score(number) %}{{ return('1 / (1 + exp(14.03 - (' ~ number ~ ' - 1.5) / 10.0))') }}{% endmacro %}
