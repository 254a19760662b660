{#- Sums of pairs of numeric features, over the rows in which both are finite (and no larger than what squares can be added of), less the centers of their bins. What
    their correlation is made of, and stays precise far from zero. -#}
{% macro pair_rows(spec, pairs, ranges, bins) %}
{%- set segment_columns = mlmon.segment_columns(spec.profile_segments) %}
{%- set names = (pairs | map('first') | list + pairs | map('last') | list) | unique | list %}
{%- set sums = ['n', 'x_total', 'y_total', 'xx_total', 'yy_total', 'xy_total'] %}
{%- set keys = ['window_start', 'model_version'] + mlmon.segment_aliases(segment_columns) %}
{%- set added = [] %}
{%- for name in sums %}{% do added.append('sum(' ~ name ~ ') as ' ~ name) %}{% endfor %}
with {{ mlmon.log_ctes(spec, ranges) }},
centered as (
    select
        {{ mlmon.finest_keys(spec, segment_columns) }}
        {%- for name in names %}
        {%- set known = bins.get('feature|' ~ name) %},
        ({{ mlmon.addable(mlmon.p_double(spec, name)) }}) - {{ mlmon.double_literal(known.center if known else 0) }} as x_{{ loop.index }}
        {%- endfor %}
    from {{ mlmon.log_from(spec) }} as p
    where {{ mlmon.log_where(spec, ranges) }}
),
finest as {{ mlmon.materialized_cte() }} (
    select
        {{ keys | join(', ') }}
        {%- for first, second in pairs %}
        {%- set x, y = 'x_' ~ (names.index(first) + 1), 'x_' ~ (names.index(second) + 1) %},
        count({{ x }} + {{ y }}) as n_{{ loop.index }},
        sum(case when {{ y }} is not null then {{ x }} end) as x_total_{{ loop.index }},
        sum(case when {{ x }} is not null then {{ y }} end) as y_total_{{ loop.index }},
        sum(case when {{ y }} is not null then {{ mlmon.square(x) }} end) as xx_total_{{ loop.index }},
        sum(case when {{ x }} is not null then {{ mlmon.square(y) }} end) as yy_total_{{ loop.index }},
        sum({{ mlmon.product(x, y) }}) as xy_total_{{ loop.index }}
        {%- endfor %}
    from centered
    group by {{ keys | join(', ') }}
),
by_pair as {{ mlmon.materialized_cte() }} (
    {%- for first, second in pairs %}
    {%- set number = loop.index %}
    select
        {{ keys | join(', ') }}, {{ mlmon.text_literal(first) }} as column_name, {{ mlmon.text_literal(second) }} as other_column
        {%- for name in sums %}, {{ name }}_{{ number }} as {{ name }}{% endfor %}
    from finest
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
),
added_up as (
    {{ mlmon.add_up('by_pair', spec.profile_segments, ['window_start', 'column_name', 'other_column'], added, spec.predictions.version) }}
)
select {{ mlmon.window_key(spec) }}, column_name, other_column, {{ sums | join(', ') }}
from added_up
{% endmacro %}


{#- `features.pairs` as a list of pairs: `all` is every pair of numeric features. -#}
{% macro feature_pairs(written, numeric) %}
    {%- if written != 'all' -%}{{ return(written or []) }}{%- endif -%}
    {%- set pairs = [] -%}
    {%- for first in numeric -%}
        {%- for second in numeric[loop.index:] -%}{%- do pairs.append([first, second]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}


{#- The subjects of the pairs in a block, as it is written -> list of texts such as `age,balance`. -#}
{% macro pair_subjects(spec) %}
    {%- set features, subjects = spec.get('features') or {}, [] -%}
    {%- for pair in mlmon.feature_pairs(features.get('pairs'), features.get('numeric') or []) -%}{%- do subjects.append(pair | join(',')) -%}{%- endfor -%}
    {{ return(subjects) }}
{% endmacro %}
