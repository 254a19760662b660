{#- What the macro `name` returns without arguments. It is asked once an invocation (`graph` lives as long), and what it returned is read by all, and changed by none. -#}
{% macro once(name) %}
    {%- set known = graph.setdefault('mlmon_once', {}) -%}
    {%- if name not in known -%}{%- do known.update({name: mlmon[name]()}) -%}{%- endif -%}
    {{ return(known[name]) }}
{% endmacro %}
