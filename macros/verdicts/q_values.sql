{#- The p-values of `tests` adjusted for all of a group (Benjamini and Hochberg 1995), as a query: all columns of `tests`, a relation with p_value, and q_value. NULLs are ranked last and stay NULL.
    `of`: what names a group; `by`: what orders tests of the same p-value. -#}
{% macro q_values(tests, of, by) -%}
{%- set own, by_p = 'partition by ' ~ of | join(', '), 'order by p_value nulls last, ' ~ by | join(', ') -%}
select ranked.*, case when p_value is null then null when least_p > 1 then 1.0 else least_p end as q_value
from (
    select tests_by_rank.*, min(p_by_rank) over ({{ own }} {{ by_p }} rows between current row and unbounded following) as least_p
    from (
        select tests.*, p_value * count(p_value) over ({{ own }}) / row_number() over ({{ own }} {{ by_p }}) as p_by_rank
        from {{ tests }} as tests
    ) as tests_by_rank
) as ranked
{%- endmacro %}
