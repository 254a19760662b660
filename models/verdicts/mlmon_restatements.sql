{{ config(materialized=mlmon.view_kind()) }}
{%- set number = mlmon.series_key() + ['window_start'] %}
-- What a number was when it was first judged, and what it has become since: a row each time it became another one.
select
    {% for name in mlmon.window_columns() + mlmon.series_key(without=mlmon.window_columns()) %}later.{{ name }}, {% endfor %}
    later.statement - 1 as restatement,
    earliest.value as first_value, earliest.status as first_status, earliest.stated_at as first_known_at,
    later.value, later.status, later.stated_at as restated_at, later.reason
from {{ ref('mlmon_stated_values') }} as later
inner join {{ ref('mlmon_stated_values') }} as earliest on {{ mlmon.same_row('earliest', 'later', number) }} and earliest.statement = 1
where later.statement > 1
