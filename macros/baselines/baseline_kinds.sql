{#- What windows are compared with, a kind a file in this folder -> {kind: what it declares}. The kind is `compared_to` in the tables.

    Pinned, the same members whichever window is judged: `name_baseline()` -> {members, bins}, and `name_phase(row)`, the part of the week in which windows are compared
    with each other alone, `all_phases` for none: SQL over `monitors` and `row`, a row by window.
    members: which windows of a series make up its baseline: SQL over `member`, a row with the key of its window.
    bins: the table of what the bins of its members hold, with the columns of mlmon_reference.

    Moving, other members for each judged window: `name_baseline()` -> {moves, setting, is_by_version}, and `name_span(setting, window)` -> {reach, period} in windows.
    setting: what a user writes of it, a rule of config_schema; without one the name is all there is to write.
    is_by_version: windows of a version are compared with those of another, and `name_span` has no period.
    reach, period: its members lie up to `reach` windows before the judged one, each a whole number of periods. So many windows after a member that changes are judged again. -#}
{% macro baseline_kinds() %}
    {{ return({'reference': mlmon.reference_baseline(), 'rolling': mlmon.rolling_baseline(), 'seasonal': mlmon.seasonal_baseline(),
        'previous_version': mlmon.previous_version_baseline()}) }}
{% endmacro %}


{#- The kinds that are pinned. -#}
{% macro pinned_baselines() %}
    {%- set found = {} -%}
    {%- for kind, baseline in mlmon.baseline_kinds().items() if not baseline.moves -%}{%- do found.update({kind: baseline}) -%}{%- endfor -%}
    {{ return(found) }}
{% endmacro %}


{#- The baselines that a block asks for -> {kind: {reach, period}}, in its order. One that is pinned reaches back to none. -#}
{% macro baseline_spans(setting, window) %}
    {%- set spans, pinned = {}, mlmon.pinned_baselines() -%}
    {%- for item in mlmon.listed(setting) -%}
        {%- if item is string -%}
            {%- do spans.update({item: {'reach': 0, 'period': none} if item in pinned else mlmon[item ~ '_span'](none, window)}) -%}
        {%- else -%}
            {%- for kind, own in item.items() -%}{%- do spans.update({kind: mlmon[kind ~ '_span'](own, window)}) -%}{%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(spans) }}
{% endmacro %}


{#- How many windows before a window its numbers rest on: those that are pooled with it, and those that its baselines, or those of the pooled ones, reach back to. -#}
{% macro windows_before(spans, pooled_windows) %}
    {{ return((spans.values() | map(attribute='reach') | max) + pooled_windows - 1) }}
{% endmacro %}


{#- How many windows after a changed one rest on it -> SQL over `monitors`: as many as each rests on before it, and of the monitors `estimated` those whose estimates it audits. -#}
{% macro windows_that_rest_on_it(estimated) -%}
    {%- set own, audited = 'cast(monitors.windows_before as ' ~ dbt.type_int() ~ ')', mlmon.audited_windows() - 1 -%}
    {%- if not estimated -%}{{ return(own) }}{%- endif -%}
    {{ return('case when monitors.windows_before < ' ~ audited ~ ' and monitors.monitor in (' ~ mlmon.text_literals(estimated) ~ ') then ' ~ audited ~ ' else ' ~ own ~ ' end') }}
{%- endmacro %}


{#- The monitors that are compared with more than their reference, or with another baseline -> list of specs. The others are not resolved for it, which takes time. -#}
{% macro monitors_with_baselines() %}
    {%- set names, default = [], (var('mlmon_defaults', {}) or {}).get('baseline', 'reference') -%}
    {%- for name, block in (var('mlmon_monitors', {}) if execute else {}).items() if mlmon.listed(block.get('baseline', default)) | list != ['reference'] -%}
        {%- do names.append(name | string) -%}
    {%- endfor -%}
    {{ return(mlmon.monitors(names)) }}
{% endmacro %}


{#- Whether any window is compared with other windows than others are: by a baseline that moves, or on a holiday. -#}
{% macro has_moving_baselines() %}
    {{ return(mlmon.has_holidays() or mlmon.monitors_with_baselines() | selectattr('baseline_reach') | list | length > 0) }}
{% endmacro %}
