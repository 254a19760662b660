{#- An asymptotic confidence sequence, a 95 % interval that holds at every look at once (Waudby-Smith, Arbour, Sinha, Kennedy, and Ramdas 2021): the normal mixture of Robbins (1970).
    `rows`: SQL, the rows that a mean rests on. -#}


{#- How many standard errors of the mean the interval reaches to either side -> SQL. -#}
{% macro anytime_errors(rows) -%}
    {%- set mixed = mlmon.mixture_rows() -%}
    sqrt((1 + {{ mixed }} / {{ rows }}) * {{ mlmon.mixture_log(rows) }})
{%- endmacro %}


{#- The logarithm of one over the p-value of a mean's being 0, from its distance `z` in standard errors -> SQL. At or below 0: no evidence. -#}
{% macro anytime_evidence(z, rows) -%}
    {%- set mixed = mlmon.mixture_rows() -%}
    0.5 * ({{ z }} * {{ z }} * {{ rows }} / ({{ rows }} + {{ mixed }}) - ln(({{ rows }} + {{ mixed }}) / {{ mixed }}))
{%- endmacro %}


{#- Where the mixture has its mass: at 1,000 rows the 95 % interval is as narrow as it can be, 3.0 standard errors; from 150 to 100,000 it is within a fifth of that. -#}
{% macro mixture_rows() %}{{ return(126.0) }}{% endmacro %}


{#- How much the mixture asks of `rows` rows, at alpha = 0.05 -> SQL. -#}
{% macro mixture_log(rows) %}{{ return('ln((' ~ rows ~ ' + ' ~ mlmon.mixture_rows() ~ ') / ' ~ mlmon.mixture_rows() * 0.0025 ~ ')') }}{% endmacro %}


{#- The rows at which a mean is decided that is `z` standard errors from 0 at `rows`, if it and the variance of a row stay -> SQL. By repeated substitution: they enter their own
    equation, which is quadratic but for a logarithm, by that alone, so that each step leaves a sixth of the error. -#}
{% macro rows_until_decided(z, rows) -%}
    {%- set needed, mixed = namespace(sql=rows), mlmon.mixture_rows() -%}
    {%- for step in range(3) -%}
        {%- set scaled = '(' ~ rows ~ ' / (' ~ z ~ ' * ' ~ z ~ ') * ' ~ mlmon.mixture_log(needed.sql) ~ ')' -%}
        {%- set needed.sql = '(' ~ scaled ~ ' * (1 + sqrt(1 + ' ~ 4 * mixed ~ ' / ' ~ scaled ~ ')) / 2)' -%}
    {%- endfor -%}
    {{ needed.sql }}
{%- endmacro %}
