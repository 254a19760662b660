{#- A var that is one letter off `name`, or two letters exchanged, and that the project has -> its name or none. dbt ignores vars that nobody reads, and gives macros
    no list of them. -#}
{% macro misspelled_var(name) %}
    {%- set letters = 'abcdefghijklmnopqrstuvwxyz_-' -%}
    {%- set tried = [] -%}
    {%- for i in range(name | length + 1) -%}
        {%- set before, after = name[:i], name[i:] -%}
        {%- if after -%}{%- do tried.append(before ~ after[1:]) -%}{%- endif -%}
        {%- if after | length > 1 -%}{%- do tried.append(before ~ after[1] ~ after[0] ~ after[2:]) -%}{%- endif -%}
        {%- for letter in letters -%}
            {%- do tried.append(before ~ letter ~ after) -%}
            {%- if after -%}{%- do tried.append(before ~ letter ~ after[1:]) -%}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for candidate in tried if candidate != name and var(candidate, none) is not none -%}{{ return(candidate) }}{%- endfor -%}
    {{ return(none) }}
{% endmacro %}
