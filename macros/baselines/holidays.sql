{#- The holidays of monitors -> list of {monitors, window, days}, those with the same ones together; days are texts of UTC midnights. A relation is asked for its days. -#}
{% macro holidays() %}
    {%- set groups, everywhere = {}, (var('mlmon_defaults', {}) or {}).get('holidays') -%}
    {%- for name, block in (var('mlmon_monitors', {}) if execute else {}).items() if block.get('holidays', everywhere) -%}
        {%- set own = [block.get('holidays', everywhere), block.get('window', (var('mlmon_defaults', {}) or {}).get('window', 'day'))] -%}
        {%- do groups.setdefault(mlmon.ordered_json(own), {'monitors': [], 'window': own[1], 'written': own[0]}).monitors.append(name | string) -%}
    {%- endfor -%}
    {%- for group in groups.values() -%}{%- do group.update({'days': mlmon.holiday_days(group.written)}) -%}{%- endfor -%}
    {{ return(groups.values() | selectattr('days') | list) }}
{% endmacro %}


{#- The days that a key `holidays` names, in order; of none, none. None of a relation that is not there or has no dates: validation says so.
    A relation is asked once an invocation (`graph` lives as long), so that all statements of a run know the same days. -#}
{% macro holiday_days(written) %}
    {%- set days = [] -%}
    {%- if mlmon.relation_parts(written) is none -%}
        {%- for item in written or [] -%}{%- do days.append(mlmon.moment(item.date if item is mapping else item)) -%}{%- endfor -%}
        {{ return(days | sort) }}
    {%- endif -%}
    {%- set relation = mlmon.log_relation(written) -%}
    {%- set known = mlmon.kept_for_invocation('holidays') -%}
    {%- if relation | string in known -%}{{ return(known[relation | string]) }}{%- endif -%}
    {%- set column = mlmon.log_columns(relation).get('date') if relation is not none else none -%}
    {%- if column and column.kind in ['date', 'timestamp', 'timestamptz'] -%}
        {%- set day = mlmon.truncate_timestamp('day', mlmon.utc_timestamp('holidays.' ~ column.quoted, column.kind)) -%}
        {%- for row in run_query('select distinct ' ~ mlmon.timestamp_text(day) ~ ' as day from ' ~ relation ~ ' as holidays where holidays.' ~ column.quoted ~ ' is not null').rows -%}
            {%- do days.append(row[0][:19]) -%}
        {%- endfor -%}
        {%- do known.update({relation | string: days | sort}) -%}
    {%- endif -%}
    {{ return(days | sort) }}
{% endmacro %}


{#- Whether any monitor has holidays. -#}
{% macro has_holidays() %}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {%- set everywhere = (var('mlmon_defaults', {}) or {}).get('holidays') -%}
    {%- for block in (var('mlmon_monitors', {}) or {}).values() if block.get('holidays', everywhere) -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}


{#- The phase of a window that begins on a holiday, NULL on other days -> SQL. Beyond those of the week: one for days, one for each hour of the day. -#}
{% macro holiday_phase(row) -%}
    {%- set parts = [] -%}
    {%- for group in mlmon.holidays() -%}
        {%- set day = mlmon.truncate_timestamp('day', row ~ '.window_start') if group.window == 'hour' else row ~ '.window_start' -%}
        {%- set literals = [] -%}
        {%- for one in group.days -%}{%- do literals.append(mlmon.timestamp_literal(one)) -%}{%- endfor -%}
        {%- set hour = ' + ' ~ mlmon.units_between('hour', day, row ~ '.window_start') if group.window == 'hour' else '' -%}
        {%- do parts.append('when ' ~ row ~ '.monitor in (' ~ mlmon.text_literals(group.monitors) ~ ') and ' ~ day ~ ' in (' ~ literals | join(', ') ~ ') then cast('
            ~ mlmon.first_holiday_phase() ~ hour ~ ' as ' ~ dbt.type_int() ~ ')') -%}
    {%- endfor -%}
    {{ 'case ' ~ parts | join(' ') ~ ' end' if parts else 'cast(null as ' ~ dbt.type_int() ~ ')' }}
{%- endmacro %}


{% macro first_holiday_phase() %}{{ return(1000) }}{% endmacro %}


{#- Whether a window begins on a holiday -> SQL condition. -#}
{% macro is_holiday(row) %}{{ return('((' ~ mlmon.holiday_phase(row) ~ ') is not null)' if mlmon.has_holidays() else '(1 = 0)') }}{% endmacro %}


{#- What stands for the judged window where holidays are compared with those of the reference -> SQL. `row`: a window on a holiday. -#}
{% macro any_holiday(row) -%}
    {{ mlmon.add_time('hour', '(' ~ mlmon.holiday_phase(row) ~ ' - ' ~ mlmon.first_holiday_phase() ~ ')', "cast('1000-02-01' as " ~ dbt.type_timestamp() ~ ')') }}
{%- endmacro %}


{#- How many windows back a row of mlmon_monitors reads -> SQL: as far as its baselines reach; with holidays as far as there are any. -#}
{% macro windows_to_look_back() -%}
    {%- set names = mlmon.holidays() | map(attribute='monitors') | sum(start=[]) if mlmon.has_holidays() else [] -%}
    {%- set reach = 'cast(monitors.windows_before as ' ~ dbt.type_int() ~ ')' -%}
    {{ 'case when monitors.monitor in (' ~ mlmon.text_literals(names) ~ ') then case monitors.' ~ mlmon.reserved_name('window') ~ " when 'hour' then 876000 else 36500 end else " ~ reach ~ ' end' if names else reach }}
{%- endmacro %}
