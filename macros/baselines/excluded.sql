{#- A row by window lies in no period that `reference.exclude` takes out of all baselines -> SQL condition. `row`: with monitor, window_start and window_end. -#}
{% macro is_normal(row) %}
    {%- set parts, names = [], [] -%}
    {%- set everywhere = (var('mlmon_defaults', {}) or {}).get('reference') or {} -%}
    {%- for name, block in (var('mlmon_monitors', {}) if execute else {}).items() if everywhere.get('exclude') or (block.get('reference') or {}).get('exclude') -%}
        {%- do names.append(name | string) -%}
    {%- endfor -%}
    {%- for spec in mlmon.monitors(names) -%}
        {%- for start, end in spec.excluded -%}
            {%- do parts.append('(' ~ row ~ '.monitor = ' ~ mlmon.text_literal(spec.name) ~ ' and ' ~ row ~ '.window_start < ' ~ mlmon.timestamp_literal(end)
                ~ ' and ' ~ row ~ '.window_end > ' ~ mlmon.timestamp_literal(start) ~ ')') -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return('not (' ~ parts | join(' or ') ~ ')' if parts else '1 = 1') }}
{% endmacro %}


{#- What periods leave of [start, end), as ranges in order. All are texts in UTC. -#}
{% macro without_ranges(start, end, excluded) %}
    {%- set left, at = [], namespace(start=start) -%}
    {%- for first, last in excluded | sort if first < end and last > at.start -%}
        {%- if first > at.start -%}{%- do left.append([at.start, first]) -%}{%- endif -%}
        {%- set at.start = last -%}
    {%- endfor -%}
    {%- if at.start < end -%}{%- do left.append([at.start, end]) -%}{%- endif -%}
    {{ return(left) }}
{% endmacro %}


{#- The periods that a block `reference` excludes -> [[start, end], …], texts in UTC. -#}
{% macro excluded_periods(reference) %}
    {%- set periods = [] -%}
    {%- for period in reference.get('exclude') or [] -%}{%- do periods.append([mlmon.moment(period.start), mlmon.moment(period.end)]) -%}{%- endfor -%}
    {{ return(periods) }}
{% endmacro %}
