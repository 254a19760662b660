{#- The declared segments of all monitors as a query: (monitor, segment). -#}
{% macro configured_segments() -%}
    {%- set rows = [] -%}
    {%- for spec in mlmon.monitors() -%}
        {%- for segment in spec.profile_segments -%}{%- do rows.append({'monitor': spec.name, 'segment': mlmon.segment_name(segment)}) -%}{%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'segment': 'text'}, rows) }}
{%- endmacro %}


{#- Restricts a table to the declared segments: mlmon_outcomes has the groups of fairness attributes, too. -#}
{% macro only_declared_segments(alias) -%}
    inner join (
        {{ mlmon.configured_segments() }}
    ) as declared on declared.monitor = {{ alias }}.monitor and declared.segment = {{ alias }}.segment
{%- endmacro %}


{#- Which segments of mlmon_outcomes hold the groups of a fairness attribute, for the whole and within each declared segment, as a query:
    (monitor, attribute, segment, combined_segment, reference_group). `task`: of monitors of that task. -#}
{% macro configured_attributes(task=none) -%}
    {%- set rows = [] -%}
    {%- for spec in mlmon.monitors() if task is none or spec.task == task -%}
        {%- for attribute in spec.attributes -%}
            {%- set group = (spec.reference_group or {}).get(attribute) -%}
            {%- if group is boolean -%}{%- set group = group | string | lower -%}{%- endif -%}
            {%- for segment in spec.profile_segments if attribute not in segment -%}
                {%- do rows.append({'monitor': spec.name, 'attribute': attribute, 'segment': mlmon.segment_name(segment),
                    'combined_segment': mlmon.segment_name(segment + [attribute]),
                    'reference_group': (group | string).replace('\\', '\\\\').replace(',', '\\,') if group is not none else none}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ mlmon.literal_rows({'monitor': 'text', 'attribute': 'text', 'segment': 'text', 'combined_segment': 'text', 'reference_group': 'text'}, rows) }}
{%- endmacro %}


{#- The newest timestamp seen in a monitor's logs, which stands for "now", as a query: (monitor, newest_timestamp). -#}
{% macro newest_timestamps() -%}
    {%- set watermarks = mlmon.model_relation('mlmon_watermarks') if execute else none %}
    select monitor, max(newest_timestamp) as newest_timestamp
    from (
        select monitor, newest_timestamp from {{ ref('mlmon_new_watermarks') }}
        {%- if watermarks is not none %}
        union all
        select watermarks.monitor, watermarks.newest_timestamp
        from {{ watermarks }} as watermarks
        where watermarks.monitor not in (select monitor from {{ ref('mlmon_new_watermarks') }})
        {%- endif %}
    ) as seen
    group by monitor
{%- endmacro %}
