{#- What windows are compared with, a kind a file in this folder -> {kind: {members, bins, reach}}. The kind is `compared_to` in the tables. A kind `name` is its two macros:

    `name_baseline()`: what it declares.
    `name_phase(row)`: the part of the week in which windows are compared with each other alone, `all_phases` for none: SQL over `monitors` and `row`, a row by window.

    members: which windows of a series make up its baseline: SQL over `member`, a row with the key of its window.
    bins: the table of what the bins of its members hold, with the columns of mlmon_reference.
    reach: how many windows before a judged one its members begin; so many windows after a member that changes are judged again. -#}
{% macro baseline_kinds() %}
    {{ return({'reference': mlmon.reference_baseline()}) }}
{% endmacro %}


{#- How many windows before a window its numbers rest on: those that are pooled with it, and those that its baselines reach back to. -#}
{% macro windows_before(baselines, pooled_windows) %}
    {%- set reaches = [pooled_windows - 1] -%}
    {%- for name in baselines -%}{%- do reaches.append(mlmon.baseline_kinds()[name].reach) -%}{%- endfor -%}
    {{ return(reaches | max) }}
{% endmacro %}
