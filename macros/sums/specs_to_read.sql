{#- The monitors whose logs a model reads in this run, with what is known of those logs. `reads_windows`: it reads the windows of mlmon_windows_to_read. -#}
{% macro specs_to_read(due, reads_windows=false) %}
    {{ return(mlmon.know_logs(mlmon.active_monitors(due), reads_windows)) }}
{% endmacro %}


{#- The edges of the bins in force -> {monitor: {role|column: {'uppers': [text, …], 'center': text, 'reference_id': text}}} for the specs given. -#}
{% macro bins_in_force(specs) %}
    {%- set bins = {} -%}
    {%- if execute and specs -%}
        {%- set names = [] -%}
        {%- for spec in specs -%}{%- do names.append(mlmon.text_literal(spec.name)) -%}{%- endfor -%}
        {%- set text = mlmon.text_of('upper', 'float') -%}
        {%- set query -%}
            select
                monitor, column_name, column_role, max(reference_id) as reference_id,
                {{ mlmon.list_of('case when category is null then ' ~ text ~ ' end', 'bin_number') }} as uppers,
                {{ mlmon.text_of('max(center)', 'float') }} as center,
                max(n_categories) as n_categories
            from {{ ref('mlmon_bins') }}
            where monitor in ({{ names | join(', ') }})
            group by monitor, column_name, column_role
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- set known = bins.setdefault(row[0], {}) -%}
            {%- do known.update({row[2] ~ '|' ~ row[1]: {
                'reference_id': row[3], 'uppers': row[4].split(',') if row[4] else [], 'center': row[5] or '0', 'n_categories': (row[6] or 0) | int
            }}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(bins) }}
{% endmacro %}
