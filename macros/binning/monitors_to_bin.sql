{#- The monitors whose reference is taken in this run -> {monitor: {is_provisional, newest_timestamp}}.

    A reference is a decision, taken once: at the first run that sees rows at or after the period's end. Until then it is provisional and taken
    anew whenever rows arrive. After that only a change of the reference's configuration or `mlmon_rebaseline` takes it again, if the log still holds it (`reference_change`). -#}
{% macro monitors_to_bin() %}
    {%- set due = {} -%}
    {%- if execute -%}
        {%- set taken = mlmon.taken_references() -%}
        {%- set watermarks = mlmon.watermark_rows() -%}
        {%- set arrived = {} -%}
        {%- for row in run_query("select monitor, " ~ mlmon.timestamp_text('newest_prediction') ~ ", has_new_predictions from " ~ ref('mlmon_new_watermarks')).rows -%}
            {%- do arrived.update({row[0]: {'newest': row[1], 'has_new': row[2]}}) -%}
        {%- endfor -%}
        {%- for spec in mlmon.monitors(arrived) -%}
            {%- set known = taken.get(spec.name) -%}
            {%- set newest = arrived[spec.name].newest -%}
            {%- set is_provisional = newest is none or (spec.reference.end is not none and newest < spec.reference.end) -%}
            {%- set change = 'taken' if known is none else 'same' if mlmon.keeps_reference(spec, known)
                else mlmon.reference_change(mlmon.bind_columns(spec), known, watermarks.get(spec.name)).kind -%}
            {%- if change == 'taken' or (change == 'same' and known.is_provisional and arrived[spec.name].has_new) -%}
                {%- do due.update({spec.name: {'is_provisional': is_provisional}}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(due) }}
{% endmacro %}


{#- The monitors whose counts in mlmon_reference are not those of the bins now in force -> list of names -#}
{% macro monitors_with_new_reference() %}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- set reference = mlmon.model_relation('mlmon_reference') -%}
        {%- set query -%}
            select distinct bins.monitor
            from {{ ref('mlmon_bins') }} as bins
            {% if reference is not none %}
            left join (select distinct monitor, reference_id from {{ reference }}) as taken
                on taken.monitor = bins.monitor and taken.reference_id = bins.reference_id
            where taken.monitor is null
            {% endif %}
        {%- endset -%}
        {%- for row in run_query(query).rows -%}{%- do names.append(row[0]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{% endmacro %}
