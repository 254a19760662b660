{#- On Spark: computes the CTEs that are marked so (`materialized_cte`) in the outermost WITH of a query, each as a table beside the model's own -> {query, tables}: the query that
    reads them, and the tables to be dropped after it. (A cached view would be no shorter: what reads it is compared with all that it was made of.) -#}
{% macro stage_ctes(query) %}
    {%- set made = namespace(query='', upto=0) -%}
    {%- set tables = [] -%}
    {%- for step in mlmon.marked_steps(query) -%}
        {%- set head = made.query ~ query[made.upto:step.at] -%}
        {%- set table = this.incorporate(path={'identifier': this.identifier ~ '__' ~ head.split()[-2]}, type='table') -%}
        {#- the CTEs before it, without the comma, the comment, and its name -#}
        {%- set earlier = modules.re.sub(',?(\\s*--[^\n]*\n)*\\s*[a-z0-9_]+ as $', '', head) -%}
        {%- do mlmon.drop_computed([table]) -%}
        {%- call statement('stage') -%}
            create table {{ table }} using parquet as {{ earlier if not earlier.endswith('with') }} select * from ({{ query[step.start:step.end] }}) as computed
        {%- endcall -%}
        {%- do tables.append(table) -%}
        {%- set made.query = head ~ '(select * from ' ~ table -%}
        {%- set made.upto = step.end -%}
    {%- endfor -%}
    {{ return({'query': made.query ~ query[made.upto:], 'tables': tables}) }}
{% endmacro %}


{% macro drop_computed(tables) %}
    {%- for table in tables -%}{%- call statement('drop_computed') -%}drop table if exists {{ table }}{%- endcall -%}{%- endfor -%}
{% endmacro %}


{#- Where the marked CTEs of a query are that lie in no parentheses -> list of {at, start, end}: where the mark is, and where what the CTE computes starts and ends.
    Parentheses in literals, quoted names, and comments are none. -#}
{% macro marked_steps(query) %}
    {%- set steps = [] -%}
    {%- set found = namespace(at=0, depth=0, mark=none, start=none) -%}
    {%- for token in modules.re.findall("'(?:[^'\\\\]|\\\\[\\s\\S])*'|`[^`]*`|--[^\n]*|/\\*[\\s\\S]*?\\*/|[^'`(/)-]+|[\\s\\S]", query) -%}
        {%- if token == '/* mlmon: once */' and found.depth == 0 -%}
            {%- set found.mark = found.at -%}
        {%- elif token == '(' -%}
            {%- if found.depth == 0 -%}{%- set found.start = found.at + 1 -%}{%- endif -%}
            {%- set found.depth = found.depth + 1 -%}
        {%- elif token == ')' -%}
            {%- set found.depth = found.depth - 1 -%}
            {%- if found.depth == 0 and found.mark is not none -%}
                {%- do steps.append({'at': found.mark, 'start': found.start, 'end': found.at}) -%}
                {%- set found.mark = none -%}
            {%- endif -%}
        {%- endif -%}
        {%- set found.at = found.at + token | length -%}
    {%- endfor -%}
    {{ return(steps) }}
{% endmacro %}
