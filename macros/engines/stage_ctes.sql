{#- On Spark: computes the CTEs that are marked so (`materialized_cte`) in the outermost WITH of a query, each as a table beside the model's own -> {query, tables}: the query that
    reads them, and the tables to be dropped after it. (A cached view would be no shorter: what reads it is compared with all that it was made of.) -#}
{% macro stage_ctes(query) %}
    {%- set marker = 'as /* mlmon: once */ (' -%}
    {%- set found = namespace(done='', rest=query) -%}
    {%- set tables = [] -%}
    {%- for step in range(query.split(marker) | length - 1) if marker in found.rest -%}
        {%- set head, tail = found.rest.split(marker, 1) -%}
        {%- set before = found.done ~ head -%}
        {%- if mlmon.parentheses(before).depth == 0 -%}
            {%- set name = head.split() | last -%}
            {%- set table = this.incorporate(path={'identifier': this.identifier ~ '__' ~ name}, type='table') -%}
            {%- set body = tail[:mlmon.parentheses(tail).closed_at] -%}
            {#- the CTEs before it, without the comma and the comment before its name -#}
            {%- set earlier = modules.re.sub('(\\s*--[^\n]*\n)*\\s*$', '', before.rstrip()[:-(name | length)]) -%}
            {%- do mlmon.drop_computed([table]) -%}
            {%- call statement('stage') -%}
                create table {{ table }} using parquet as {{ earlier[:-1] if earlier.endswith(',') else '' }} select * from ({{ body }}) as computed
            {%- endcall -%}
            {%- do tables.append(table) -%}
            {%- set found.done = before ~ 'as (select * from ' ~ table -%}
            {%- set found.rest = tail[body | length:] -%}
        {%- else -%}
            {%- set found.done = before ~ 'as (' -%}
            {%- set found.rest = tail -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'query': found.done ~ found.rest, 'tables': tables}) }}
{% endmacro %}


{% macro drop_computed(tables) %}
    {%- for table in tables -%}{%- call statement('drop_computed') -%}drop table if exists {{ table }}{%- endcall -%}{%- endfor -%}
{% endmacro %}


{#- The parentheses of a text, but for those in literals, quoted names and comments -> {depth, closed_at}: how many are open at its end, and where one is closed that
    was opened before it (none where none is). -#}
{% macro parentheses(text) %}
    {%- set found = namespace(depth=0, closed_at=none, at=0) -%}
    {%- for token in modules.re.findall("'(?:[^'\\\\]|\\\\[\\s\\S])*'|`[^`]*`|--[^\n]*|/\\*[\\s\\S]*?\\*/|[^'`(/)-]+|[\\s\\S]", text) -%}
        {%- if token in ['(', ')'] -%}{%- set found.depth = found.depth + (1 if token == '(' else -1) -%}{%- endif -%}
        {%- if found.depth < 0 and found.closed_at is none -%}{%- set found.closed_at = found.at -%}{%- endif -%}
        {%- set found.at = found.at + token | length -%}
    {%- endfor -%}
    {{ return({'depth': found.depth, 'closed_at': found.closed_at}) }}
{% endmacro %}
