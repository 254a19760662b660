{#- An asymptotic confidence sequence, an interval that holds at every look at once (Waudby-Smith, Arbour, Sinha, Kennedy, and Ramdas 2021): the normal mixture of Robbins (1970).
    `rows`: SQL, the rows that a mean rests on. -#}


{#- How many standard errors of the mean the interval reaches to either side -> SQL. -#}
{% macro anytime_errors(rows, alpha=0.05) -%}
    {%- set mixed = mlmon.mixture_rows() -%}
    sqrt((1 + {{ mixed }} / {{ rows }}) * ln(({{ rows }} + {{ mixed }}) / {{ mixed * alpha * alpha }}))
{%- endmacro %}


{#- The logarithm of one over the p-value of a mean's being 0, from its distance `z` in standard errors -> SQL. At or below 0: no evidence. -#}
{% macro anytime_evidence(z, rows) -%}
    {%- set mixed = mlmon.mixture_rows() -%}
    0.5 * ({{ z }} * {{ z }} * {{ rows }} / ({{ rows }} + {{ mixed }}) - ln(({{ rows }} + {{ mixed }}) / {{ mixed }}))
{%- endmacro %}


{#- Where the mixture has its mass: at 1,000 rows the 95 % interval is as narrow as it can be, 3.0 standard errors; from 150 to 100,000 it is within a fifth of that. -#}
{% macro mixture_rows() %}{{ return(126.0) }}{% endmacro %}


{#- The rows at which a mean is decided that stays `z` standard errors from 0 at `rows`, as a query: all columns of `source`, and rows_needed. By repeated substitution. -#}
{% macro with_rows_needed(source) -%}
    {%- set steps = 8 -%}
    select *, step_{{ steps }} as rows_needed
    from (
    {%- for step in range(steps, 0, -1) %}
        select
            *,
            {% if step > 1 %}0.5 * step_{{ step - 1 }} + 0.5 * {% endif %}n_rows / nullif(z * z, 0) * {{ mlmon.square(mlmon.anytime_errors('step_' ~ (step - 1))) }} as step_{{ step }}
        from {{ '(' if step > 1 else '(select *, n_rows as step_0 from ' ~ source ~ ') as step_0_rows' }}
    {%- endfor %}
    {%- for step in range(1, steps) %}
        ) as step_{{ step }}_rows
    {%- endfor %}
    ) as step_{{ steps }}_rows
{%- endmacro %}
