{#- Pearson's statistic where some groups hold few rows. A group that is rare in window and reference makes it too large far too often: one row in a group that
    the reference lacks adds m / n to it, and at p = 1e-5 such windows come a thousand times too often. So the groups in which less than one row is expected are
    made one (chi2_filled, n_filled and filled_inverse are of the others; rare_b and rare_a of n and m rows are in the one), and what that one adds is the square of
    the normal value of its exact chance. What the others vary beyond a chi-square is taken by scale. -#}
{% macro sparse_chi2() -%}
    {%- set chance = mlmon.ratio('n', '(n + m)') -%}
    {%- set pearson = '((rare_b * sqrt(m / nullif(n, 0)) - rare_a * sqrt(n / nullif(m, 0))) * (rare_b * sqrt(m / nullif(n, 0)) - rare_a * sqrt(n / nullif(m, 0))) / (rare_a + rare_b))' -%}
    {%- set z = mlmon.binomial_to_normal('rare_b', '(rare_a + rare_b)', chance) -%}
    (
        coalesce(chi2_filled, 0)
        + case
            when rare_a + rare_b = 0 then 0
            when rare_b <= (rare_a + rare_b) * {{ chance }} then {{ pearson }}
            else {{ mlmon.at_most(pearson, 'power(' ~ mlmon.at_least('(' ~ z ~ ')', 0) ~ ', 2)') }}
        end
    )
{%- endmacro %}


{#- The degrees of freedom of sparse_chi2: groups less one, the rare ones counting as one. -#}
{% macro sparse_df() -%}
    case when m > 0 then {{ mlmon.at_least('(n_filled + case when rare_a + rare_b > 0 then 1 else 0 end - 1)', 0) }} end
{%- endmacro %}


{#- The variance of Pearson's statistic over that of chi-square, 1 or more. Source: moments of a standardised binomial, Haldane (1940). -#}
{% macro sparse_scale() -%}
    {%- set scale = '(1 + ((n + m) * (n + m) / nullif(n * m, 0) - 6) * filled_inverse / nullif(2 * (' ~ mlmon.sparse_df() ~ '), 0))' -%}
    coalesce({{ mlmon.at_least(scale, '1.0') }}, 1.0)
{%- endmacro %}
