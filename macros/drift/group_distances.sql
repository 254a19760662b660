{#- How far the groups of a column lie from those of its baseline, as a query: a row a target and span, with the sizes, PSI and the like, and chi-square. NULL, invalid and unseen
    values are judged by their own rates, so the verdict rests on the `shape` of all others. `by_group`: a relation with is_pooled, target, psi_group, b rows of the target and
    a of its baseline. -#}
{% macro group_distances(by_group) -%}
with shaped as (
    select
        *,
        case when psi_group not in ('null', 'invalid', 'unseen') then b end as shape_b,
        case when psi_group not in ('null', 'invalid', 'unseen') then a end as shape_a
    from {{ by_group }}
),

sizes as (
    select is_pooled, target, sum(b) as n, sum(a) as m, coalesce(sum(shape_b), 0) as shape_n, coalesce(sum(shape_a), 0) as shape_m
    from shaped
    group by is_pooled, target
),

shares as (
    select
        shaped.is_pooled, shaped.target, shaped.b, shaped.a, sizes.n, sizes.m, shaped.shape_b, shaped.shape_a, sizes.shape_n, sizes.shape_m,
        shaped.b / nullif(sizes.n, 0) as pb, shaped.a / nullif(sizes.m, 0) as pa,
        shaped.shape_b / nullif(sizes.shape_n, 0) as shape_pb, shaped.shape_a / nullif(sizes.shape_m, 0) as shape_pa,
        (shaped.shape_a + shaped.shape_b) * sizes.shape_n / nullif(sizes.shape_n + sizes.shape_m, 0) as expected
    from shaped
    inner join sizes on sizes.is_pooled = shaped.is_pooled and sizes.target = shaped.target
),

compared as (
    select
        is_pooled, target, max(shape_n) as n, max(shape_m) as m, max(n) as n_all, max(m) as m_all,
        {{ mlmon.psi('pb', 'pa') }} as psi,
        {{ mlmon.js_distance('pb', 'pa') }} as js_distance,
        {{ mlmon.hellinger('pb', 'pa') }} as hellinger,
        {{ mlmon.tv_distance('pb', 'pa') }} as tv_distance,
        {{ mlmon.chi2('b', 'a', 'n', 'm') }} as chi2,
        case when max(m) > 0 then count(*) - 1 end as chi2_df,
        {{ mlmon.psi('shape_pb', 'shape_pa') }} as shape_psi,
        {{ mlmon.excess_over_rest('shape_b', 'shape_a', 'shape_n', 'shape_m') }} as excess_over_rest,
        {{ mlmon.chi2('shape_b', 'shape_a', 'shape_n', 'shape_m') }} as shape_chi2,
        case when max(shape_n) > 0 and max(shape_m) > 0 then count(shape_b) - 1 end as shape_df,
        -- the groups in which less than one row is expected, and the others
        min(expected) as least_expected,
        {{ mlmon.chi2('case when expected >= 1 then shape_b end', 'case when expected >= 1 then shape_a end', 'shape_n', 'shape_m') }} as chi2_filled,
        count(case when expected >= 1 then 1 end) as n_filled,
        sum(case when expected >= 1 then 1.0 / (shape_a + shape_b) else 0 end) as filled_inverse,
        sum(case when expected < 1 then shape_b else 0 end) as rare_b,
        sum(case when expected < 1 then shape_a else 0 end) as rare_a
    from shares
    group by is_pooled, target
),

scaled as (
    select *, {{ mlmon.sparse_df() }} as df_sparse, {{ mlmon.sparse_scale() }} as sparse_scale
    from compared
)

select
    is_pooled, target, n, m, n_all, psi, js_distance, hellinger, tv_distance, chi2, chi2_df,
    psi - chi2_df * (1.0 / nullif(n_all, 0) + 1.0 / nullif(m_all, 0)) as psi_excess,
    case when shape_df is not null then shape_psi - shape_df * (1.0 / nullif(n, 0) + 1.0 / nullif(m, 0)) end as shape_excess,
    shape_chi2, shape_df, excess_over_rest,
    case when shape_df is null then null when least_expected >= 5 then shape_chi2 else {{ mlmon.sparse_chi2() }} / sparse_scale end as chi2_sparse,
    case when shape_df is null then null when least_expected >= 5 then shape_df else df_sparse / sparse_scale end as chi2_df_sparse
from scaled
{%- endmacro %}
