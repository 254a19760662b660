{{ config(materialized=mlmon.view_kind()) }}
{%- set key = mlmon.window_columns() %}
{%- set pair = ['monitor', 'segment', 'segment_value', 'column_name', 'other_column'] %}
-- The correlation of the pairs in `features.pairs`, beside that of the reference's rows, from sums of squares and products.
with sums as (
    select
        {% for name in key %}sums.{{ name }}, {% endfor %}sums.column_name, sums.other_column, sums.n,
        sums.x_total, sums.y_total, sums.xx_total, sums.yy_total, sums.xy_total
    from {{ ref('mlmon_pair_sums') }} as sums
    {{ mlmon.only_declared_segments('sums') }}
),

reference as (
    select
        {{ pair | join(', ') }}, sum(n) as n,
        {{ mlmon.correlation('sum(n)', 'sum(x_total)', 'sum(y_total)', 'sum(xx_total)', 'sum(yy_total)', 'sum(xy_total)') }} as raw_correlation
    from sums
    where is_reference and model_version = 'all' and {{ mlmon.is_normal('sums') }}
    group by {{ pair | join(', ') }}
),

windows as (
    select *, {{ mlmon.correlation('n', 'x_total', 'y_total', 'xx_total', 'yy_total', 'xy_total') }} as raw_correlation
    from sums
),

paired as (
    select
        {% for name in key %}windows.{{ name }}, {% endfor %}windows.column_name, windows.other_column, windows.n,
        {{ mlmon.within_one('windows.raw_correlation') }} as correlation, {{ mlmon.within_one('reference.raw_correlation') }} as baseline,
        sqrt(1.0 / (case when windows.n > 3 then windows.n - 3 end) + 1.0 / (case when reference.n > 3 then reference.n - 3 end)) as standard_error
    from windows
    left join reference on {{ mlmon.same_row('reference', 'windows', pair) }}
),

compared as {{ mlmon.materialized_cte() }} (
    select *, ({{ mlmon.fisher_z('correlation') }} - {{ mlmon.fisher_z('baseline') }}) / standard_error as z
    from paired
)

select
    {{ key | join(', ') }}, column_name, other_column, n, correlation, baseline, z,
    {{ mlmon.two_tails('abs(z)') }} as p_value
from compared
