{#- Pearson's statistic for two samples: sum (b sqrt(m/n) - a sqrt(n/m))^2 / (a + b). `b` of `n` judged rows and `a` of `m` reference rows are in a
    group. Aggregate over groups; NULL where the reference is empty. Source: Press et al., Numerical Recipes, 14.3. -#}
{% macro chi2(b, a, n, m) %}
    {%- set term = '(' ~ b ~ ' * sqrt(' ~ m ~ ' / nullif(' ~ n ~ ', 0)) - ' ~ a ~ ' * sqrt(' ~ n ~ ' / nullif(' ~ m ~ ', 0)))' -%}
    {{ return('sum(' ~ term ~ ' * ' ~ term ~ ' / nullif(' ~ a ~ ' + ' ~ b ~ ', 0))') }}
{% endmacro %}
