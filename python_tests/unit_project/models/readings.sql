-- What the configuration's readers make of a value; 'none' where it is no such thing.
{%- set readings = [
    ['moment', '2026-01-31', mlmon.moment('2026-01-31')],
    ['moment', '2024-02-29T06:00', mlmon.moment('2024-02-29T06:00')],
    ['moment', '2026-02-29', mlmon.moment('2026-02-29')],
    ['moment', '31.01.2026', mlmon.moment('31.01.2026')],
    ['duration', '30 days', mlmon.duration_seconds('30 days')],
    ['duration', '1 hour', mlmon.duration_seconds('1 hour')],
    ['duration', 'a month', mlmon.duration_seconds('a month')],
    ['n_of_m', '2 of 3', mlmon.n_of_m('2 of 3')],
    ['n_of_m', '3 of 2', mlmon.n_of_m('3 of 2')],
    ['closest', 'featurs', mlmon.closest_name('featurs', ['features', 'fairness', 'labels'])],
    ['closest', 'lables', mlmon.closest_name('lables', ['features', 'fairness', 'labels'])],
    ['closest', 'xyz', mlmon.closest_name('xyz', ['features', 'fairness', 'labels'])]
] -%}
{% for kind, written, understood in readings %}
select '{{ kind }}' as kind, '{{ written }}' as written, '{{ understood if understood is not none else "none" }}' as understood
{{ "union all" if not loop.last }}
{% endfor %}
