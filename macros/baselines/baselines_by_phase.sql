{#- What a number is compared with, as a query: a row a series and phase of the windows in `calendar`, that of the members of the same phase where there are enough of
    them, else that of all members; holidays are compared with holidays or with nothing. `baseline_phase` is NULL where it is of all; `whole_baseline` is the value over all members in either case. A window whose baseline
    moves is a phase of its own: its number; only that of `model_version` is compared with it, `all` for any. `baselines`, `moving`: mlmon_baselines and mlmon_moving_baselines. -#}
{% macro baselines_by_phase(baselines, moving, calendar, monitors) -%}
{%- set series = mlmon.series_key(without=['model_version']) -%}
{%- set moves, holidays = mlmon.has_moving_baselines(), mlmon.has_holidays() -%}
{%- set measures = {'baseline': 'baseline', 'n': 'baseline_n'} -%}
{%- for name in ['n_windows', 'mean_value', 'spread', 'mean_log', 'spread_log', 'median_value', 'median_deviation', 'dispersion', 'usual_n', 'df'] -%}{%- do measures.update({name: name}) -%}{%- endfor -%}
select
    {% for name in series %}members.{{ name }}, {% endfor %}{% if moves %}'all' as model_version, {% endif %}phases.phase, alike.phase as baseline_phase, members.baseline as whole_baseline
    {%- for name, shown in measures.items() %},
    case when alike.phase is null{% if holidays %} and phases.phase < {{ mlmon.first_holiday_phase() }}{% endif %} then members.{{ name }} else alike.{{ name }} end as {{ shown }}
    {%- endfor %}
from {{ baselines }} as members
inner join (
    {%- for kind in mlmon.pinned_baselines() %}
    select distinct calendar.monitor, '{{ kind }}' as compared_to, 1 as is_by_phase, {% if holidays %}coalesce({{ mlmon.holiday_phase('calendar') }}, {{ mlmon[kind ~ '_phase']('calendar') }}){% else %}{{ mlmon[kind ~ '_phase']('calendar') }}{% endif %} as phase
    from {{ calendar }} as calendar
    inner join {{ monitors }} as monitors on monitors.monitor = calendar.monitor
    union all
    select monitor, '{{ kind }}', 0, {{ mlmon.all_phases() }}
    from {{ monitors }}
    {%- if holidays %}
    union all
    select distinct calendar.monitor, '{{ kind }}', 0, {{ mlmon.holiday_phase('calendar') }}
    from {{ calendar }} as calendar
    where {{ mlmon.is_holiday('calendar') }}
    {%- endif %}
    {{ "union all" if not loop.last }}
    {%- endfor %}
) as phases
    on phases.monitor = members.monitor and phases.compared_to = members.compared_to
    and phases.is_by_phase = {{ mlmon.is_judged_by_phase('members') }}
left join {{ baselines }} as alike
    on {{ mlmon.same_row('alike', 'members', series) }} and alike.phase = phases.phase and alike.phase <> {{ mlmon.all_phases() }}
where members.phase = {{ mlmon.all_phases() }}
{%- if moves %}
union all
select
    {% for name in series %}moving.{{ name }}, {% endfor %}moving.model_version, {{ mlmon.window_number('monitors.' ~ mlmon.reserved_name('window'), 'moving.window_start') }}, null, moving.baseline
    {%- for name in measures %}, moving.{{ name }}{% endfor %}
from {{ moving }} as moving
inner join {{ calendar }} as calendar on calendar.monitor = moving.monitor and calendar.window_start = moving.window_start
inner join {{ monitors }} as monitors on monitors.monitor = moving.monitor
{%- endif %}
{%- endmacro %}


{#- Whether a row of baselines_by_phase is what a number is compared with -> SQL condition. `phase`: that of the number. -#}
{% macro is_its_baseline(baselines, row, phase) -%}
    {{ mlmon.same_row(baselines, row, mlmon.series_key(without=['model_version'])) }} and {{ baselines }}.phase = {{ phase }}
    {%- if mlmon.has_moving_baselines() %} and {{ baselines }}.model_version = {{ mlmon.baseline_version(row) }}{% endif %}
{%- endmacro %}


{#- The phase by which a number is compared: that of its window, where its metric is judged against windows -> SQL over `row`, of mlmon_measured, and `monitors`. -#}
{% macro phase_of(row) -%}
    case
        {%- if mlmon.has_moving_baselines() %}
        when {{ row }}.compared_to not in ({{ mlmon.text_literals(mlmon.pinned_baselines() | list) }})
            then {{ mlmon.window_number('monitors.' ~ mlmon.reserved_name('window'), row ~ '.window_start') }}
        {%- endif %}
        {%- if mlmon.has_holidays() %}
        when {{ mlmon.is_holiday(row) }} then {{ mlmon.holiday_phase(row) }}
        {%- endif %}
        when {{ mlmon.is_judged_by_phase(row) }} = 0 then {{ mlmon.all_phases() }}
        {%- for kind in mlmon.pinned_baselines() %}
        when {{ row }}.compared_to = '{{ kind }}' then {{ mlmon[kind ~ '_phase'](row) }}
        {%- endfor %}
    end
{%- endmacro %}


{#- 1 where the metric of a row is judged against windows, else 0 -> SQL. A reference has no row of a category that it has not. -#}
{% macro is_judged_by_phase(row) -%}
    {%- set kinds = mlmon.verdict_kinds() -%}
    case
        {%- for family, declared in mlmon.declared_metrics().items() %}
        {%- set names = [] %}
        {%- for metric in declared.metrics if metric.verdict and kinds[metric.verdict].against == 'windows' and metric.metric != 'unseen_rate' %}{% do names.append(metric.metric) %}{% endfor %}
        {%- if names %}
        when {{ row }}.family = '{{ family }}' and {{ row }}.metric in ({{ mlmon.text_literals(names) }}) then 1
        {%- endif %}
        {%- endfor %}
        else 0
    end
{%- endmacro %}
