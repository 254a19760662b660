{#- Which numbers of a prediction log have seasons, for `mlmon init`: a row per number, {name, months, weekday, month}. `name`: n, the rows a day, or a column, by its daily
    mean. weekday, month: the share of the variance of its days that the day of the week explains, and of the rest that the month does; omega squared (Hays 1963), which
    is 0 or less where chance alone would explain as much. Of whole days. `columns`: names of numeric columns. -#}
{% macro mlmon_seasons(relation, timestamp, columns) %}
    {%- set relation = mlmon.log_relation(relation) -%}
    {%- set found = mlmon.log_columns(relation) -%}
    {%- set at = found[timestamp | lower] -%}
    {%- set predicted_at = mlmon.utc_timestamp(at.quoted, at.kind) -%}
    {%- set numbers = [] -%}
    {%- for name in columns if found[name | lower] is defined and found[name | lower].kind == 'numeric' -%}{%- do numbers.append(found[name | lower]) -%}{%- endfor -%}
    {%- set query -%}
        with numbered as (
            select
                {{ mlmon.truncate_timestamp('day', predicted_at) }} as day_start
                {%- for column in numbers %},
                {{ mlmon.number_as_double(column.quoted, column.family) }} as number_{{ loop.index }}
                {%- endfor %}
            from {{ relation }}
            where {{ predicted_at }} is not null
        ),

        days as (
            select
                day_start,
                count(*) as number_0
                {%- for column in numbers %},
                {%- set number = 'number_' ~ loop.index %}
                avg(case when abs({{ number }}) <= 1e100 then {{ number }} end) as {{ number }}
                {%- endfor %}
            from numbered
            group by day_start
        ),

        ends as (
            select min(day_start) as first_day, max(day_start) as last_day
            from days
        ),

        numbers_of_days as (
            {%- for _ in range(numbers | length + 1) %}
            select days.day_start, {{ loop.index0 }} as place, {{ mlmon.as_double('days.number_' ~ loop.index0) }} as value
            from days
            inner join ends on days.day_start > ends.first_day and days.day_start < ends.last_day
            {{- "\n            union all" if not loop.last }}
            {%- endfor %}
        ),

        by_weekday as (
            select
                place, value, {{ mlmon.phase("'day'", 'day_start') }} as weekday, {{ mlmon.truncate_timestamp('month', 'day_start') }} as month_start,
                value - avg(value) over (partition by place, {{ mlmon.phase("'day'", 'day_start') }}) as beside_weekday
            from numbers_of_days
            where value is not null
        ),

        shares as (
            {%- for part, value, by in [('weekday', 'value', 'weekday'), ('month', 'beside_weekday', 'month_start')] %}
            select
                place, '{{ part }}' as part, count(*) as n_parts,
                {{ mlmon.ratio('sum(n * square_of_part) - (count(*) - 1) * (sum(rest) / nullif(sum(n) - count(*), 0))',
                    'sum(n * square_of_part) + sum(rest) + sum(rest) / nullif(sum(n) - count(*), 0)') }} as share
            from (
                select
                    place, n, rest,
                    {{ mlmon.square('mean - sum(n * mean) over (partition by place) / sum(n) over (partition by place)') }} as square_of_part
                from (
                    select place, {{ by }}, count(*) as n, avg({{ value }}) as mean, coalesce(var_samp({{ value }}), 0) * (count(*) - 1) as rest
                    from by_weekday
                    group by place, {{ by }}
                ) as parts
            ) as squared
            group by place
            {{- "\n            union all" if not loop.last }}
            {%- endfor %}
        )

        select
            place,
            max(case when part = 'month' then n_parts end) as months,
            max(case when part = 'weekday' then share end) as weekday,
            max(case when part = 'month' then share end) as month
        from shares
        group by place
        order by place
    {%- endset -%}
    {%- for row in mlmon.query_rows(query) -%}
        {%- do mlmon.print_row({'kind': 'season', 'name': numbers[row.place | int - 1].name if row.place | int else 'n', 'months': row.months | int,
            'weekday': row.weekday | float if row.weekday is not none else 0, 'month': row.month | float if row.month is not none else 0}) -%}
    {%- endfor -%}
{% endmacro %}
